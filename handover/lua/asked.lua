-- keys: asked duty
-- args:
-- Those who are on duty now, paused or not; ids of staff stay here.
local fields, rows = redis.call('HGETALL', asked), {}
for place = 1, #fields, 2 do
  if not lapsed(duty, fields[place]) then
    rows[#rows + 1] = fields[place + 1]
  end
end
return rows
