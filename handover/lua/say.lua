-- keys: talk log
-- args: side staff seq id body length epoch
-- `side` is up or down; `staff` is empty for the visitor, who may not read `log`: ids are kept apart from the words.
-- `epoch` is the one whose key has to be here before these words are; 0 for none.
local REMEMBERED = 64 -- a resend older than this many messages is refused as out of order
local number = tonumber(seq)
local slot, bounded = side .. '_id' .. (number % REMEMBERED), side .. '_log'
local fields = redis.call('HMGET', talk, 'state', 'staff', side .. '_seq', slot, 'muted', 'unmet', 'helper', bounded,
  'wrap' .. epoch)
local state, holder, last, known = fields[1], fields[2], tonumber(fields[3] or 0), fields[4]
if not state then
  return {'gone'}
end
if staff ~= '' and holder ~= staff then
  return {'notyours'}
end
if number <= last and number > last - REMEMBERED and known == id then
  return {'accepted', number}
end
if state ~= 'taken' then
  return {'nottaken'}
end
if side == 'up' and fields[6] then
  return {'nottaken'}
end
if side == 'up' and fields[5] then
  return {'muted'}
end
if epoch ~= '0' and (fields[9] or '') == '' then
  return {'stale'}
end
if number ~= last + 1 then
  return {'outoforder', last + 1}
end
local text = whole(number)
redis.call('HSET', talk, side .. '_seq', text, slot, id)
redis.call('XADD', log, 'MAXLEN', length, text .. '-0', 'id', id, 'body', body)
if not fields[8] then -- a log that begins; from here on whatever moves the talk's end moves that of its logs
  redis.call('PEXPIREAT', log, whole(redis.call('PEXPIRETIME', talk)))
  redis.call('HSET', talk, bounded, 1)
end
redis.call('PUBLISH', log, 's' .. text .. ' ' .. id .. ' ' .. body)
if fields[7] and side == 'down' then
  redis.call('PUBLISH', talk, 'o') -- to the one who reads along, who may not listen to `log`
end
return {'accepted', number}
