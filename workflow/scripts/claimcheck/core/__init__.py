"""What every other part stands on: errors, text and tables, schemas, steps, the study, numbers that tests share."""
