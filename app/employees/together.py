"""Numbers of people that one act may be about: a page still shows them, one transaction writes them."""

MOST_ASKED = 25  # in one request for a visit
MOST_ABOUT = 50  # in one message to the service: their names begin it
MOST_LEAVING = 200  # in one departure
MOST_EXPORTED = 200  # one by one, their numbers in the address; a whole list has no limit
