"""Reports as mail servers write them (RFC 3464): the shape of each, with our mail's identifier in it."""

POSTFIX = """\
Return-Path: <>
Date: Mon,  2 Mar 2026 10:12:00 +0100 (CET)
From: MAILER-DAEMON@relay.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: retours@aist22.fr
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4WxYz.1772442720/relay.example"
Message-Id: <20260302091200.4WxYz@relay.example>

This is a MIME-encapsulated message.

--4WxYz.1772442720/relay.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

<elise@example.fr>: host mx.example.fr[192.0.2.1] said: 550 5.1.1 User unknown

--4WxYz.1772442720/relay.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
X-Postfix-Queue-ID: 4WxYz
X-Postfix-Sender: rfc822; retours@aist22.fr
Arrival-Date: Mon,  2 Mar 2026 10:11:58 +0100 (CET)

Final-Recipient: rfc822; elise@example.fr
Original-Recipient: rfc822;elise@example.fr
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.fr
Diagnostic-Code: smtp; 550 5.1.1 <elise@example.fr>: Recipient address
    rejected: User unknown

--4WxYz.1772442720/relay.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <retours@aist22.fr>
From: =?utf-8?q?AIST22_Sant=C3=A9_au_Travail?= <noreply@aist22.fr>
To: elise@example.fr
Subject: Convocation
Message-ID: {message_id}

--4WxYz.1772442720/relay.example--
"""

# The whole mail comes back, and the words of the server fill several lines.
GMAIL = """\
Content-Type: multipart/report; boundary="0000000000abc"; report-type=delivery-status
To: retours@aist22.fr
From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>
Subject: Delivery Status Notification (Failure)
References: {message_id}
In-Reply-To: {message_id}
Message-ID: <69a55.1@mx.google.example>
Date: Mon, 02 Mar 2026 01:12:00 -0800 (PST)
MIME-Version: 1.0

--0000000000abc
Content-Type: text/plain; charset="UTF-8"

** Address not found **
--0000000000abc
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.example
Arrival-Date: Mon, 02 Mar 2026 01:11:58 -0800 (PST)

Final-Recipient: rfc822; elise@example.fr
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 552-5.2.2 The email account that you tried to reach is
 over quota.
 552 5.2.2  https://support.example/mail/?p=OverQuotaPerm

--0000000000abc
Content-Type: message/rfc822

From: noreply@aist22.fr
To: elise@example.fr
Subject: Convocation
Message-ID: {message_id}
MIME-Version: 1.0
Content-Type: text/plain

Bonjour
--0000000000abc--
"""

# No part of the mail at all: only the report's own headers name it.
EXCHANGE = """\
From: <postmaster@exchange.example>
To: <retours@aist22.fr>
Date: Mon, 2 Mar 2026 09:12:00 +0000
Content-Type: multipart/report; report-type=delivery-status;
 boundary="9B095B5ADSN=_01"
In-Reply-To: {message_id}
Message-ID: <9b095@exchange.example>
Subject: =?utf-8?B?Tm9uIHJlbWlz?=
MIME-Version: 1.0

--9B095B5ADSN=_01
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Votre message n=E2=80=99a pas pu =C3=AAtre remis.</p>
--9B095B5ADSN=_01
Content-Type: message/delivery-status

Reporting-MTA: dns;exchange.example

Final-recipient: RFC822;elise@example.fr
Action: {action}
Status: {status}
Diagnostic-Code: smtp;550 5.7.1 RESOLVER.RST.NotAuthorized

--9B095B5ADSN=_01--
"""
ALL = {"postfix": POSTFIX, "gmail": GMAIL, "exchange": EXCHANGE}


def report(message_id, by="postfix", status="5.1.1", action="failed") -> bytes:
    return ALL[by].format(message_id=message_id, status=status, action=action).encode()
