"""Whole maps change hands: the player's thread never sees half of one, and always the newest."""

import threading

import units

ffi, lib = units.load("expression/mod_matrix_swap.h")


def make():
    swap = ffi.new("ModMatrixSwap *")
    lib.mod_matrix_swap_init(swap)
    return swap


def matrix(number):
    made = ffi.new("ModMatrix *", {"count": 1 + number % lib.MOST_MOD_ROUTES})
    for i in range(made.count):
        made.rows[i].low = number
    return made


def front(swap):
    return swap.slot[swap.turn.front]


def test_nothing_is_taken_before_something_was_written():
    swap = make()
    assert not lib.mod_matrix_swap_take(swap) and front(swap).count == 0


def test_the_newest_is_taken_once():
    swap = make()
    for number in (1, 2, 3):
        lib.mod_matrix_swap_write(swap, matrix(number))
    assert lib.mod_matrix_swap_take(swap) and front(swap).rows[0].low == 3
    assert not lib.mod_matrix_swap_take(swap) and front(swap).rows[0].low == 3


def test_what_is_played_stays_while_another_is_written():
    swap = make()
    lib.mod_matrix_swap_write(swap, matrix(7))
    lib.mod_matrix_swap_take(swap)
    lib.mod_matrix_swap_write(swap, matrix(8))
    lib.mod_matrix_swap_write(swap, matrix(9))
    assert front(swap).rows[0].low == 7


def test_no_map_is_torn_and_none_is_older_than_the_one_before():
    swap, last, most = make(), -1, 20000

    def write():
        for number in range(most):
            lib.mod_matrix_swap_write(swap, matrix(number))

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive() or lib.mod_matrix_swap_take(swap):
        if lib.mod_matrix_swap_take(swap):
            taken = front(swap)
            lows = {taken.rows[i].low for i in range(taken.count)}
            assert len(lows) == 1
            (number,) = lows
            assert taken.count == 1 + int(number) % lib.MOST_MOD_ROUTES and number > last
            last = number
    writer.join()
    assert front(swap).rows[0].low == most - 1
