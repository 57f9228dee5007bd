-- keys: talk down room held duty free full crew asks
-- args: id staff name capacity first last
-- From the one who asked to the one who agreed, after the visitor's yes: in one step, so that the talk is never in the
-- waiting room. Its old place is kept: `joined` stays.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'holding', 'ask_kind', 'ask_to', 'ask_stage', 'ask_until', 'claims')
if not fields[1] then
  return {'gone'}
end
local time = now()
if fields[1] ~= 'taken' or fields[4] ~= 'move' or fields[5] ~= staff or fields[6] ~= 'agreed' or tonumber(fields[7]) <= time then
  return {'taken'}
end
local most = most_of(crew, staff, capacity)
local refusal = lapsed(duty, staff) and 'notonduty'
  or redis.call('ZLEXCOUNT', held, first, last) >= most and 'atcapacity'
if refusal then
  redis.call('HSET', talk, 'ask_stage', 'declined')
  redis.call('PUBLISH', room, 'x')
  return {refusal}
end
local holding = staff .. ' ' .. whole(time) .. ' ' .. id
redis.call('ZREM', held, fields[3])
make_room(full, fields[2])
redis.call('ZREM', asks, id)
clear_help(talk)
redis.call('HDEL', talk, 'device', 'muted', 'note', 'note_by', unpack(ASK))
-- Until the visitor's end has met the new reader its words are refused: they were meant for the one before.
redis.call('HSET', talk, 'staff', staff, 'name', name, 'holding', holding, 'unmet', 1,
  'claims', whole(tonumber(fields[8] or 0) + 1))
redis.call('ZADD', held, 0, holding)
outlive(held, redis.call('PEXPIRETIME', talk))
weigh(full, free, held, staff, most)
redis.call('PUBLISH', talk, 'v')
redis.call('PUBLISH', down, 't' .. name)
redis.call('PUBLISH', room, 'x')
return {'claimed', redis.call('HMGET', talk, 'briefing', 'pseudonym', 'up_seq', 'down_seq', 'down_heard', 'away', 'muted', 'unsure')}
