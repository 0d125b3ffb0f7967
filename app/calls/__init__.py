"""The contribution call: every invoice of a campaign, issued by a job that can be run again."""
