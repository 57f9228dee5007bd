-- keys: talk up down room held duty free full crew urgent back
-- args: id staff name capacity silence first last
local fields = redis.call('HMGET', talk, 'state', 'staff', 'note_by', 'claims')
local state, holder = fields[1], fields[2]
if not state or state == 'guided' then
  return {'gone'}
end
local function claimed()
  return {'claimed', redis.call('HMGET', talk, 'briefing', 'pseudonym', 'up_seq', 'down_seq', 'down_heard', 'away', 'muted', 'unsure')}
end
if state == 'taken' then
  return holder == staff and claimed() or {'taken'}
end
if lapsed(duty, staff) then
  return {'notonduty'}
end
local most = most_of(crew, staff, capacity)
if redis.call('ZLEXCOUNT', held, first, last) >= most then
  return {'atcapacity'}
end
local time = now()
local holding = staff .. ' ' .. whole(time) .. ' ' .. id
check_move(state, 'taken')
leave_room(room, urgent, back, id)
redis.call('HSET', talk, 'state', 'taken', 'staff', staff, 'name', name, 'holding', holding,
  'claims', whole(tonumber(fields[4] or 0) + 1))
redis.call('HDEL', talk, 'device', 'lost') -- nobody can read until this one's page has begun an epoch
if fields[3] and fields[3] ~= staff then
  redis.call('HDEL', talk, 'note', 'note_by') -- somebody else's
end
redis.call('ZADD', held, 0, holding)
-- Only the visitor's end lengthens a talk's life: LT lets the shorter limit of a talk begin, never a longer one.
local deadline = whole(math.floor(time / 1000) + silence * 1000)
for _, key in ipairs({talk, up, down}) do
  redis.call('PEXPIREAT', key, deadline, 'LT')
end
outlive(held, redis.call('PEXPIRETIME', talk))
weigh(full, free, held, staff, most)
redis.call('PUBLISH', down, 't' .. name)
redis.call('PUBLISH', room, 'x')
return claimed()
