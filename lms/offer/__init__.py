"""The public page of each course: what the public must know before they enter (indicators 1 and 2), and every state it had."""
