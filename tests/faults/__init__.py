"""What can go wrong, what is attacked, and which tests show that it is answered: `make faults`."""
