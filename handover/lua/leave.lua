-- keys: post box
-- args: id number visitor last deadline row most room
-- The first letter makes the box, with its last day; the same letter again is accepted and kept once. `deadline` in
-- milliseconds since 1970.
local fields = redis.call('HMGET', box, 'up', 'visitor', 'erasing', 'last')
local up, given = tonumber(fields[1] or 0), tonumber(number)
if fields[3] or (fields[1] and fields[2] ~= visitor) or (not fields[1] and given ~= 1) then
  return {'gone'}
end
if given == up and redis.call('HGET', box, 'up' .. number) == row then
  return {'accepted', up}
end
if given ~= up + 1 then
  return {'outoforder', up + 1}
end
if given > tonumber(most) or redis.call('XLEN', post) >= tonumber(room) then
  return {'full'}
end
if not fields[1] then
  redis.call('HSET', box, 'visitor', visitor, 'last', last)
end
redis.call('HSET', box, 'up', number, 'up' .. number, row)
redis.call('PEXPIREAT', box, deadline, 'NX')
redis.call('XADD', post, '*', 'box', id, 'last', fields[4] or last, 'visitor', visitor, 'number', number, 'row', row)
redis.call('PEXPIRE', post, 86400000) -- a day without a console loses what nobody was told is kept, not the memory
return {'accepted', given}
