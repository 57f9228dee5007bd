-- keys: chat chats poll
-- args: holder name record seconds live
-- Only whoever fetches now may write: a process that was frozen must not undo what the one after it did. `live` (1 or 0)
-- lists the record among those that the next process goes on with.
if redis.call('GET', poll) ~= holder then
  return {'notyours'}
end
redis.call('SET', chat, record, 'PX', whole(seconds * 1000))
if live == '1' then
  local ends = now() + seconds * 1000000
  redis.call('ZREMRANGEBYSCORE', chats, '-inf', whole(now()))
  redis.call('ZADD', chats, whole(ends), name)
  redis.call('PEXPIRE', chats, whole(seconds * 1000))
else
  redis.call('ZREM', chats, name)
end
return {'done'}
