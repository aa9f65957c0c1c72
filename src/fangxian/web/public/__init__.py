"""What everybody may see of a day, without logging in: how many codes by reason, how many decisions by signer."""
