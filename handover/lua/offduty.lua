-- keys: duty free full crew held room
-- args: staff first last
-- Once the lease is gone no claim can succeed, so the list that goes back is complete.
redis.call('ZREM', duty, staff)
redis.call('ZREM', free, staff)
weigh(full, free, held, staff, 0)
redis.call('HDEL', crew, staff)
redis.call('PUBLISH', room, 'x')
return {'holding', redis.call('ZRANGEBYLEX', held, first, last)}
