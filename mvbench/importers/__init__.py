"""Result files of other tools -> a Run folder, and what every judge and each tool's own program make of them.

`found` tells which tool wrote the files; `lmms_eval`, `vlmevalkit` and `notebook` read them into Rows; `joining` makes
Samples with replies of them; `writing` makes the Run; `comparison` and `tables` say what the numbers are worth.
"""
