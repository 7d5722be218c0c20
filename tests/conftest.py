"""What the tests of every module share."""
