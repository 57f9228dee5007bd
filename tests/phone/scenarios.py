"""Signalling for sipp. NUMBER and NAME stand in every place of a call that can hold them."""

NUMBER = "46701740605"  # of those that PTS keeps for fiction, as all numbers here
NAME = "Zaynabtest"


def scenario(*steps: str, host: str = "[local_ip]") -> str:
    """A call that is answered within a second, does these steps and hangs up."""
    return f"""<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="call">
{invite(host)}
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true" timeout="1000"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    [last_Via:]
    [routes]
    From: "{NAME}" <sip:+{NUMBER}@[local_ip]:[local_port]>;tag=[call_number]
    [last_To:]
    [last_Call-ID:]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
{"".join(steps)}
  <send retrans="500"><![CDATA[
    BYE [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    [routes]
    From: "{NAME}" <sip:+{NUMBER}@[local_ip]:[local_port]>;tag=[call_number]
    [last_To:]
    [last_Call-ID:]
    CSeq: 90 BYE
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
</scenario>
"""


def invite(host: str) -> str:
    """The first message; `host` is where its SDP wants the sound."""
    return f"""  <send retrans="500"><![CDATA[
    INVITE sip:line@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: "{NAME}" <sip:+{NUMBER}@[local_ip]:[local_port]>;tag=[call_number]
    To: <sip:line@[remote_ip]:[remote_port]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:+{NUMBER}@[local_ip]:[local_port]>
    P-Asserted-Identity: "{NAME}" <sip:+{NUMBER}@[local_ip]>
    Remote-Party-ID: "{NAME}" <sip:+{NUMBER}@[local_ip]>;party=calling
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o={NUMBER} 53655765 2353687637 IN IP4 [local_ip]
    s=-
    c=IN IP4 {host}
    t=0 0
    m=audio [media_port] RTP/AVP 8 101
    a=rtpmap:8 PCMA/8000
    a=rtpmap:101 telephone-event/8000
    a=fmtp:101 0-15

  ]]></send>"""


def info(key: str, number: int) -> str:
    """A key by SIP INFO; `number` counts the requests of the call."""
    return f"""
  <send retrans="500"><![CDATA[
    INFO [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    [routes]
    From: "{NAME}" <sip:+{NUMBER}@[local_ip]:[local_port]>;tag=[call_number]
    [last_To:]
    [last_Call-ID:]
    CSeq: {number} INFO
    Max-Forwards: 70
    Content-Type: application/dtmf-relay
    Content-Length: [len]

    Signal={key}
    Duration=160
  ]]></send>
  <recv response="200"/>
"""


def key(name: str) -> str:
    """A key by RFC 4733, from sipp's own packets."""
    return f"""
  <nop><action><exec play_pcap_audio="/usr/share/sip-tester/dtmf_2833_{name}.pcap"/></action></nop>
  <pause milliseconds="600"/>
"""


def pause(milliseconds: int) -> str:
    """Nothing for so long."""
    return f"""
  <pause milliseconds="{milliseconds}"/>
"""


# Hangs up at once.
PLAIN = scenario(pause(200))
# Turned away before it is answered.
REFUSED = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="refused">
%s
  <recv response="100" optional="true"/>
  <recv response="%d"/>
  <send><![CDATA[
    ACK sip:line@[remote_ip]:[remote_port] SIP/2.0
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
</scenario>
"""


def refused(status: int, host: str = "[local_ip]") -> str:
    """A call that is turned away with this answer."""
    return REFUSED % (invite(host), status)
