// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one message of a name server (RFC 1035 section 4). The bytes are a stranger's: every length is checked, and a name's
 * pointers lead backwards only, so that reading one ends. Pure; one per message.
 *
 * <pre>
 * id 2 | QR opcode 4 AA TC RD | RA Z 3 RCODE 4 | questions 2 | answers 2 | authorities 2 | additional 2
 * question: name | type 2 | class 2
 * record:   name | type 2 | class 2 | ttl 4 | data length 2 | data
 * </pre>
 */
final class ResponseReader {
    static final int HEADER = 12;
    private static final int TRUNCATED = 0x0200;
    private static final int RCODE = 0x000f;
    private static final int NX_DOMAIN = 3;
    private static final int REFUSED = 5;
    private static final int IN = 1;
    private static final int POINTER = 0xc0;

    private final byte[] message;
    private int at = HEADER;

    /** The message is not as long as it says. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed() {
            super(null, null, false, false);
        }
    }

    private ResponseReader(byte[] message) {
        this.message = message;
    }

    /** The message's id; -1 where it is too short for one. */
    static int id(byte[] message) {
        return message.length < 2 ? -1 : (message[0] & 0xff) << 8 | (message[1] & 0xff);
    }

    /** What {@code message} says to a question for {@code name}; its id has been looked at. */
    static Response read(byte[] message, DomainName name, RecordType type) {
        if (message.length < HEADER) {
            return new Response(Response.Kind.INVALID);
        }
        try {
            return new ResponseReader(message).read(name, type);
        } catch (Malformed malformed) {
            return new Response(Response.Kind.INVALID);
        }
    }

    private Response read(DomainName name, RecordType type) throws Malformed {
        int flags = shortAt(2);
        int code = flags & RCODE;
        if (code != 0) {
            return new Response(
                    code == NX_DOMAIN
                            ? Response.Kind.NX
                            : code == REFUSED ? Response.Kind.REFUSED : Response.Kind.OTHER_ERROR);
        }
        int answers = shortAt(6);
        if (answers == 0) {
            return new Response(Response.Kind.EMPTY);
        }
        if ((flags & TRUNCATED) != 0) {
            return new Response(Response.Kind.TRUNCATED);
        }
        if (shortAt(4) != 1 || !name().equals(name) || number() != type.code() || number() != IN) {
            return new Response(Response.Kind.INVALID);
        }
        return records(name, answers);
    }

    private Response records(DomainName name, int count) throws Malformed {
        List<Answer> answers = new ArrayList<>();
        DomainName expected = name;
        boolean endsInAlias = false;
        for (int i = 0; i < count; i++) {
            DomainName owner = name();
            int type = number();
            int group = number();
            at += 4; // how long it may be kept: servers are asked again by the clock
            int length = number();
            int end = at + length;
            if (end > message.length) {
                throw new Malformed();
            }
            if (group == IN && isKnown(type)) {
                if (!owner.equals(expected)) {
                    return new Response(Response.Kind.CNAME_ERROR);
                }
                endsInAlias = type == RecordType.CNAME;
                if (endsInAlias) {
                    expected = name();
                } else {
                    answers.add(answer(type, length));
                }
                if (at != end) {
                    throw new Malformed();
                }
            }
            at = end;
        }
        return endsInAlias
                ? new Response(Response.Kind.CNAME_ERROR)
                : new Response(Response.Kind.VALID, withAddresses(answers));
    }

    private static boolean isKnown(int type) {
        return type == RecordType.CNAME
                || type == RecordType.A.code()
                || type == RecordType.AAAA.code()
                || type == RecordType.SRV.code();
    }

    private Answer answer(int type, int length) throws Malformed {
        if (type != RecordType.SRV.code()) {
            return new Answer.Address(address(type, length));
        }
        if (length < 7) {
            throw new Malformed();
        }
        at += 2; // the priority, which does not count
        int weight = number();
        int port = number();
        return new Answer.Service(name(), port, weight, null);
    }

    private InetAddress address(int type, int length) throws Malformed {
        if (length != (type == RecordType.A.code() ? 4 : 16)) {
            throw new Malformed();
        }
        byte[] bytes = new byte[length];
        System.arraycopy(message, at, bytes, 0, length);
        at += length;
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException wrongLength) {
            throw new IllegalStateException(wrongLength);
        }
    }

    /** Services with the addresses of their targets that the response has besides. */
    private List<Answer> withAddresses(List<Answer> answers) throws Malformed {
        if (answers.stream().noneMatch(Answer.Service.class::isInstance)) {
            return answers;
        }
        Map<DomainName, InetAddress> addresses = additional();
        return answers.stream()
                .map(answer -> answer instanceof Answer.Service service
                        ? new Answer.Service(
                                service.target(), service.port(), service.weight(), addresses.get(service.target()))
                        : answer)
                .toList();
    }

    private Map<DomainName, InetAddress> additional() throws Malformed {
        Map<DomainName, InetAddress> addresses = new HashMap<>();
        int authorities = shortAt(8);
        int count = authorities + shortAt(10);
        for (int i = 0; i < count; i++) {
            DomainName owner = name();
            int type = number();
            int group = number();
            at += 4;
            int length = number();
            int end = at + length;
            if (end > message.length) {
                throw new Malformed();
            }
            boolean isAddress = type == RecordType.A.code() || type == RecordType.AAAA.code();
            if (i >= authorities && group == IN && isAddress) {
                addresses.putIfAbsent(owner, address(type, length));
            }
            at = end;
        }
        return addresses;
    }

    /** Reads a name that begins here, in lower case; reading goes on behind it, not behind what it points to. */
    private DomainName name() throws Malformed {
        ByteArrayOutputStream labels = new ByteArrayOutputStream();
        int from = at;
        int start = at; // a pointer leads in front of where its part of the name began
        boolean followed = false;
        while (true) {
            int length = octet(from);
            if (length == 0) {
                at = followed ? at : from + 1;
                return DomainName.ofLabels(labels.toByteArray());
            }
            if (length >= POINTER) {
                int target = (length & ~POINTER) << 8 | octet(from + 1);
                at = followed ? at : from + 2;
                followed = true;
                if (target >= start || target < HEADER) {
                    throw new Malformed();
                }
                from = target;
                start = target;
                continue;
            }
            if (length > DomainName.LONGEST_LABEL || labels.size() + length + 2 > DomainName.LONGEST) {
                throw new Malformed();
            }
            labels.write(length);
            for (int i = 1; i <= length; i++) {
                labels.write(DomainName.lower(octet(from + i)));
            }
            from += length + 1;
        }
    }

    private int number() throws Malformed {
        int value = shortAt(at);
        at += 2;
        return value;
    }

    private int shortAt(int index) throws Malformed {
        return octet(index) << 8 | octet(index + 1);
    }

    private int octet(int index) throws Malformed {
        if (index >= message.length) {
            throw new Malformed();
        }
        return message[index] & 0xff;
    }
}
