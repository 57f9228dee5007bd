-- keys: room held duty free full pace shut urgent back / talk up down
-- args: ids waiting_silence silence
-- Many talks of one desk at a time: what holds for all of them is looked up once.
local time, prospect, in_line, in_danger, in_loss, in_hand = now(), nil, 0, 0, 0, 0

local function standing(id, talk, up, down)
  local fields = redis.call('HMGET', talk, 'state', 'staff', 'away', 'joined', 'why', 'helper', 'claims', 'urgent', 'lost')
  local state, staff, away, joined = fields[1], fields[2], fields[3], fields[4]
  if not state then
    return {'gone'}
  end
  if state == 'guided' then
    return {'guided', fields[5]}
  end
  if state == 'taken' and lapsed(duty, staff) then
    give_back(id, talk, room, held, full, urgent, back, staff)
    state, prospect, fields[9] = 'waiting', nil, staff
  end
  if state == 'taken' and fields[6] and lapsed(duty, fields[6]) then
    end_help(talk, room)
  end
  local claims = tonumber(fields[7] or 0)
  local deadline = math.floor(time / 1000) + (state == 'waiting' and waiting_silence or silence) * 1000
  local at = whole(deadline)
  redis.call('PEXPIREAT', talk, at)
  redis.call('PEXPIREAT', up, at)
  redis.call('PEXPIREAT', down, at)
  if away then
    redis.call('HDEL', talk, 'away')
    redis.call('PUBLISH', up, 'c')
  end
  if state == 'waiting' then
    in_line = deadline
    in_danger = fields[8] and deadline or in_danger
    in_loss = fields[9] and fields[9] ~= '' and deadline or in_loss
    prospect = prospect or outlook(duty, free, full, held, pace, shut)
    -- Counted by time of joining and not by ZRANK: a rank would tell, letter by letter, which ids the others have.
    local before = redis.call('ZCOUNT', room, '-inf', '(' .. joined)
    return {'waiting', before + 1, math.floor((time - joined) / 1000000), prospect, claims}
  end
  in_hand = deadline
  local shown = redis.call('HMGET', talk, 'name', 'up_seq', 'up_heard', 'down_seq', 'epoch', 'device', 'muted', 'holding',
    'ask', 'ask_kind', 'ask_name', 'ask_stage', 'ask_until', 'helper_name', 'helper_device')
  local numbers = {tonumber(shown[2]), tonumber(shown[3]), tonumber(shown[4]), tonumber(shown[5] or 0),
    claims, claim_mark(shown[8])}
  local asked = shown[12] == 'visitor' and tonumber(shown[13]) > time and {tonumber(shown[9]), shown[10], shown[11]} or {}
  local help = shown[14] and {shown[14], shown[15]} or {}
  local keyed = redis.call('HGET', talk, 'wrap' .. whole(numbers[4])) -- empty when the device was refused
  return {'taken', shown[1], numbers, shown[6] or '', shown[7] and 1 or 0, asked, help, keyed and 1 or 0}
end

local found = {}
for id in string.gmatch(ids, '%S+') do
  local keys = each[#found + 1]
  found[#found + 1] = standing(id, keys.talk, keys.up, keys.down)
end
for key, deadline in pairs({[room] = in_line, [urgent] = in_danger, [back] = in_loss, [held] = in_hand}) do
  if deadline > 0 then
    outlive(key, deadline)
  end
end
return found
