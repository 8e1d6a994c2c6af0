"""What a model is shown: pictures with ids and labels, from folders, tables, arrays and other libraries."""
