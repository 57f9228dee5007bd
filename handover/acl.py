"""What each side may do in the engine: least privilege, as configuration lines.

A command is allowed when one selector allows all of it: command, keys and channels. Scripts must declare their keys, so
EVAL is allowed on keys of which most commands are not; inside a script every command is checked again. `%R~` may only
be read and `%W~` only written. What a permission does not name here is refused.
"""

VISITOR = (
    "-@all +ping +time +unsubscribe",
    "(+eval +evalsha ~talk:* ~up:* ~down:* ~room:* ~held:* ~duty:* ~free:* ~full:* ~asks:* ~count:* ~spent:* ~post:*"
    " ~box:* ~shut:* ~pace:* ~asked:* ~added:* ~chat:* ~chats:* ~poll:*"
    " ~urgent:* ~back:*)",
    "(+exists +hget +hmget +hset +hdel +pexpiretime ~talk:*)",
    # The words: writes the visitor's and cannot read them back, reads staff's and cannot write them.
    "(+xadd %W~up:*)",
    "(+xrange %R~down:*)",
    "(+pexpireat +del %W~talk:* %W~up:* %W~down:*)",
    "(+pexpireat %W~room:* %W~held:*)",
    # The room: how many and since when, never who. A rank or a lexical count would spell out the ids of others.
    "(+zcard +zcount +zadd +zrem ~room:*)",
    "(+zrem %W~held:* %W~full:* %W~asks:*)",
    "(+zadd +zrem +pexpireat %W~urgent:*)",
    "(+hset +hdel +pexpireat %W~back:*)",
    # Why the desk is shut, how many talks are in hand, and what recent ones lasted on the whole: never whose.
    "(+get %R~shut:*)",
    "(+hgetall %R~asked:*)",
    "(+zcard %R~held:*)",
    "(+hmget +hset +pexpire ~pace:*)",
    "(+zscore +zcount %R~duty:* %R~free:* %R~full:*)",
    "(+hincrby +pexpire ~count:*)",
    "(+lpos +lpush +ltrim +pexpire ~added:*)",
    "(+zadd +zremrangebyscore +zremrangebyrank +pexpire %W~spent:*)",
    # Left messages: a box by its name alone, which only a code gives; how many letters are on their way, never which.
    "(+exists +hget +hmget +hgetall +hset +pexpire +pexpireat +del ~box:*)",
    "(+xadd +xlen +pexpire %W~post:*)",
    "(+get %R~line:* %R~hours:*)",
    # A chat app's records, sealed by its own process; the staff's user may not even see that there are some.
    "(+get +set +del ~chat:*)",
    "(+zadd +zrem +zrange +zremrangebyscore +pexpire ~chats:*)",
    "(+get +set ~poll:*)",
    "(+hmget %R~edition:*)",
    "(+publish &up:* &talk:* &room:*)",
    "(+subscribe &down:* &talk:*)",
)
STAFF = (
    "-@all +ping +time +unsubscribe",
    "(+eval +evalsha ~talk:* ~up:* ~down:* ~room:* ~held:* ~duty:* ~free:* ~full:* ~crew:* ~asks:* ~count:* ~line:*"
    " ~hours:* ~post:* ~box:* ~shut:* ~pace:* ~asked:* ~batch:* ~added:* ~tide:* ~urgent:* ~back:*)",
    "(+exists +hget +hmget +hset +hdel +pexpiretime ~talk:*)",
    "(+xadd %W~down:*)",
    "(+xrange %R~up:* %R~down:*)",
    "(+pexpireat +del %W~talk:* %W~up:* %W~down:*)",
    "(+zadd +zrem +zrange +zrangebylex +zlexcount +zremrangebyscore +zscore +zcount +zcard +pexpireat"
    " ~room:* ~held:* ~duty:* ~free:* ~full:* ~asks:* ~urgent:*)",
    "(+hgetall +hset +hdel +pexpireat ~back:*)",
    "(+hget +hgetall +hset +hdel +pexpireat ~crew:*)",
    "(+hincrby +pexpire ~count:*)",
    "(+lpos +lpush +ltrim +pexpire ~added:*)",
    "(+exists +rename +hset +hget +hgetall +pexpire +del ~count:* ~batch:*)",
    "(+hsetnx +hincrby +hget +hgetall +hdel +pexpire ~tide:*)",
    "(+xrange +xdel ~post:*)",
    "(+get +set +del ~shut:*)",
    "(+hgetall +hset +hdel +pexpire ~asked:*)",
    "(+hmget +hset +pexpire ~pace:*)",
    "(+hget +hmget +hset +pexpireat +del ~box:*)",
    "(+set +del %W~line:* %W~hours:*)",
    "(+eval +evalsha +hget +hmget +hset +pexpire ~edition:*)",
    "(+publish &down:* &talk:* &room:*)",
    "(+subscribe &up:* &talk:* &room:*)",
)
# Nothing on the disk, no list of slow commands (it would quote words), nothing to debug or to move data with.
DIRECTIVES = (
    'save ""',
    "appendonly no",
    "slowlog-log-slower-than -1",
    "slowlog-max-len 0",
    "latency-monitor-threshold 0",
    "acllog-max-len 0",
    "lazyfree-lazy-user-del no",
    "lazyfree-lazy-expire no",
    "enable-debug-command no",
    "enable-module-command no",
    "maxmemory 512mb",
    "maxmemory-policy noeviction",
    "maxclients 256",  # 2 connections for each process of either side: 128 processes
    "timeout 0",
    "loglevel warning",
    'logfile ""',
    "crash-log-enabled no",
    "crash-memcheck-enabled no",
    "disable-thp yes",
)
EXPLANATION = """\
# For Redis 7 or Valkey. Keep this file readable for the engine alone (it holds both passwords), and make this the last
# line of the engine's configuration, so that nothing after it takes these lines back:
#     include /path/to/this/file
# It is no ACL file: an engine that is given `aclfile` as well does not start.
#
# `save ""` and `appendonly no` are what keeps the words of visitors off the disk. Neither side may look whether they
# hold (neither has a right to CONFIG), so nothing of ours will notice when they are missing.
"""


def acl_users(visitor_password: str, staff_password: str) -> list[str]:
    """Lines for an ACL file or for the configuration itself. ValueError when a password could end its own field."""
    return [
        "user default off resetpass resetkeys resetchannels -@all",
        user_line("visitor", visitor_password, VISITOR),
        user_line("staff", staff_password, STAFF),
    ]


def engine_directives() -> list[str]:
    """Configuration lines of an engine that keeps nothing; the address and the users are the caller's."""
    return list(DIRECTIVES)


def engine_file(visitor_password: str, staff_password: str) -> str:
    """All of it as one file for the engine's own configuration to include. ValueError as from `acl_users`."""
    return "\n".join([EXPLANATION, *DIRECTIVES, "", *acl_users(visitor_password, staff_password), ""])


def user_line(name: str, password: str, rules: tuple[str, ...]) -> str:
    """One user as a line. ValueError when the password could end its own field."""
    if not password or not password.isascii() or not password.isprintable() or set(password) & set(" \"'\\"):
        raise ValueError("a password is printable ASCII without spaces, quotes and backslashes")
    return f"user {name} on resetpass >{password} resetkeys resetchannels clearselectors {' '.join(rules)}"
