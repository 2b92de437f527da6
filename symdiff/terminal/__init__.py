"""The calculator at a terminal: a line with colours, completion and history; answers as people read them.

Loaded only where there is one; prompt_toolkit reads the lines, rich writes the answers.
"""
