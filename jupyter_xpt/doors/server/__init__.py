"""The server half: routes for the front end, below ``jupyter-xpt/``, and the events that tell it of changes.

The only package that knows jupyter_server; kernels never import it.
"""
