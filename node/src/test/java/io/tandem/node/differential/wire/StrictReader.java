// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads messages as the strictest server or client would (RFC 9112): whatever could be read in two ways is an error. Shares
 * nothing with the proxy's own scanners.
 */
public final class StrictReader {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern REQUEST_LINE = Pattern.compile("(" + TOKEN + ") ([!-\\xff&&[^\\x7f]]+) HTTP/1\\.[01]");
    private static final Pattern STATUS_LINE =
            Pattern.compile("HTTP/1\\.[01] ([1-9][0-9][0-9])(?: ([\\t -~\\x80-\\xff]*))?");
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "):[ \\t]*((?s:.*?))[ \\t]*");
    private static final Pattern SIZE = Pattern.compile("([0-9A-Fa-f]{1,15})(;[\\t -~]*)?");

    private static final List<String> FRAMING = List.of("content-length", "transfer-encoding");

    private final String bytes;
    private final StringBuilder body = new StringBuilder();
    private int at;

    private StrictReader(String bytes) {
        this.bytes = bytes;
    }

    /** One field, its name in lower case. */
    public record Field(String name, String value) {}

    /**
     * One message.
     *
     * @param start the method or the status
     * @param target of a request; empty for a response
     */
    public record Message(String start, String target, List<Field> fields, String body, List<Field> trailers) {
        /** The values of that field. */
        public List<String> values(String name) {
            return fields.stream()
                    .filter(field -> field.name().equals(name))
                    .map(Field::value)
                    .toList();
        }
    }

    /** What a connection carried: whole messages, perhaps the beginning of another, and where that begins. */
    public record Reading(List<Message> messages, boolean cutOff, int end) {
        int requests() {
            return messages.size();
        }
    }

    /** Why it could be read in two ways. */
    public static final class Ambiguous extends Exception {
        private static final long serialVersionUID = 1;

        Ambiguous(String what) {
            super(what);
        }
    }

    private static final class CutOff extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** The requests on a connection. */
    public static Reading read(String bytes) throws Ambiguous {
        StrictReader reader = new StrictReader(bytes);
        List<Message> messages = new ArrayList<>();
        int end = 0;
        while (reader.at < bytes.length()) {
            try {
                Message message = reader.request();
                messages.add(message);
                end = reader.at;
                if (isLast(message)) {
                    return new Reading(messages, false, end);
                }
            } catch (CutOff cut) {
                return new Reading(messages, true, end);
            }
        }
        return new Reading(messages, false, end);
    }

    /** The responses on a connection that has ended, to requests of which none was HEAD or CONNECT. */
    public static Reading readResponses(String bytes) throws Ambiguous {
        StrictReader reader = new StrictReader(bytes);
        List<Message> messages = new ArrayList<>();
        int end = 0;
        while (reader.at < bytes.length()) {
            try {
                messages.add(reader.response());
                end = reader.at;
            } catch (CutOff cut) {
                return new Reading(messages, true, end);
            }
        }
        return new Reading(messages, false, end);
    }

    /** Whether everything behind that request may be another protocol's. */
    private static boolean isLast(Message request) {
        boolean upgrade = !request.values("upgrade").isEmpty()
                && String.join(",", request.values("connection"))
                        .toLowerCase(Locale.ROOT)
                        .contains("upgrade");
        return upgrade || request.start().equals("CONNECT");
    }

    private Message request() throws Ambiguous {
        Matcher line = REQUEST_LINE.matcher(line());
        if (!line.matches()) {
            throw new Ambiguous("request line");
        }
        List<Field> fields = fields();
        Message head = new Message(line.group(1), line.group(2), fields, "", List.of());
        if (head.values("host").size() > 1) {
            throw new Ambiguous("several Hosts");
        }
        return body(head, false);
    }

    private Message response() throws Ambiguous {
        Matcher line = STATUS_LINE.matcher(line());
        if (!line.matches()) {
            throw new Ambiguous("status line");
        }
        Message head = new Message(line.group(1), "", fields(), "", List.of());
        String status = head.start();
        if (status.startsWith("1") || status.equals("204") || status.equals("304")) {
            return head;
        }
        return body(head, true);
    }

    /** Behind a head without a length a request has no body, a response one that goes on to the end. */
    private Message body(Message head, boolean untilEnd) throws Ambiguous {
        List<String> lengths = head.values("content-length");
        List<String> encodings = head.values("transfer-encoding");
        if (lengths.size() + encodings.size() > 1) {
            throw new Ambiguous("two ways to find the end: " + lengths + encodings);
        }
        body.setLength(0);
        List<Field> trailers = List.of();
        if (!encodings.isEmpty()) {
            if (!encodings.get(0).equalsIgnoreCase("chunked")) {
                throw new Ambiguous("transfer encoding " + encodings);
            }
            trailers = chunks();
        } else if (!lengths.isEmpty()) {
            if (!lengths.get(0).matches("[0-9]+")) {
                throw new Ambiguous("content length " + lengths);
            }
            take(new BigInteger(lengths.get(0)));
        } else if (untilEnd) {
            take(BigInteger.valueOf(bytes.length() - at));
        }
        return new Message(head.start(), head.target(), head.fields(), body.toString(), trailers);
    }

    private List<Field> fields() throws Ambiguous {
        List<Field> fields = new ArrayList<>();
        for (String text = line(); !text.isEmpty(); text = line()) {
            Matcher field = FIELD.matcher(text);
            if (!field.matches()) {
                throw new Ambiguous("field " + text);
            }
            fields.add(new Field(field.group(1).toLowerCase(Locale.ROOT), field.group(2)));
        }
        return fields;
    }

    private List<Field> chunks() throws Ambiguous {
        while (true) {
            Matcher size = SIZE.matcher(line());
            if (!size.matches()) {
                throw new Ambiguous("chunk size");
            }
            BigInteger length = new BigInteger(size.group(1), 16);
            if (length.signum() == 0) {
                List<Field> trailers = fields();
                if (trailers.stream().anyMatch(field -> FRAMING.contains(field.name()))) {
                    throw new Ambiguous("framing in trailers");
                }
                return trailers;
            }
            take(length);
            if (!line().isEmpty()) {
                throw new Ambiguous("behind a chunk");
            }
        }
    }

    private void take(BigInteger length) {
        if (BigInteger.valueOf(bytes.length() - at).compareTo(length) < 0) {
            at = bytes.length();
            throw new CutOff();
        }
        body.append(bytes, at, at + length.intValueExact());
        at += length.intValueExact();
    }

    /** A line that ends in CR LF and holds neither CR nor LF nor NUL. */
    private String line() throws Ambiguous {
        int end = at;
        while (end < bytes.length() && "\r\n\0".indexOf(bytes.charAt(end)) < 0) {
            end++;
        }
        if (end == bytes.length() || (end + 1 == bytes.length() && bytes.charAt(end) == '\r')) {
            at = bytes.length();
            throw new CutOff();
        }
        if (bytes.charAt(end) != '\r' || bytes.charAt(end + 1) != '\n') {
            throw new Ambiguous("a bare CR, a bare LF or a NUL");
        }
        String line = bytes.substring(at, end);
        at = end + 2;
        return line;
    }
}
