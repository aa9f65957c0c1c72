"""What people do about the answers: who may do what, appeals with an owner and a deadline, decisions that two people sign."""
