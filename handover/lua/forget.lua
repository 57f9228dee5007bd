-- keys: chat chats
-- args: name
-- DEL and not UNLINK: when the answer leaves, the record is gone.
redis.call('ZREM', chats, name)
return {redis.call('DEL', chat)}
