"""Reading: from what lies on disk to a lineage with verdicts."""
