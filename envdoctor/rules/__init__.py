"""What checks share: judgements over facts, tables of messages, and the commands that mend. Pure, like the checks."""
