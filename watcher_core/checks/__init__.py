"""What looks at executions and says what is stale, late or unusual. A check returns findings and tells nobody."""
