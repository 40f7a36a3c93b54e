// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads requests as the strictest server would (RFC 9112): whatever could be read in two ways is an error. Shares nothing
 * with the proxy's own scanners.
 */
final class StrictReader {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern REQUEST_LINE = Pattern.compile("(" + TOKEN + ") ([!-\\xff&&[^\\x7f]]+) HTTP/1\\.[01]");
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "):[ \\t]*((?s:.*?))[ \\t]*");
    private static final Pattern SIZE = Pattern.compile("([0-9A-Fa-f]{1,15})(;[\\t -~]*)?");

    private final String bytes;
    private int at;

    private StrictReader(String bytes) {
        this.bytes = bytes;
    }

    /** What a connection carried: so many whole requests, and perhaps the beginning of another. */
    record Reading(int requests, boolean cutOff) {}

    /** Why it could be read in two ways. */
    static final class Ambiguous extends Exception {
        private static final long serialVersionUID = 1;

        Ambiguous(String what) {
            super(what);
        }
    }

    private static final class CutOff extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    static Reading read(String bytes) throws Ambiguous {
        StrictReader reader = new StrictReader(bytes);
        int requests = 0;
        while (reader.at < bytes.length()) {
            try {
                if (reader.request()) {
                    return new Reading(requests + 1, false);
                }
            } catch (CutOff end) {
                return new Reading(requests, true);
            }
            requests++;
        }
        return new Reading(requests, false);
    }

    /** Reads a request; whether everything behind it may be another protocol's. */
    private boolean request() throws Ambiguous {
        Matcher line = REQUEST_LINE.matcher(line());
        if (!line.matches()) {
            throw new Ambiguous("request line");
        }
        Map<String, List<String>> fields = fields();
        if (fields.getOrDefault("host", List.of()).size() > 1) {
            throw new Ambiguous("several Hosts");
        }
        List<String> lengths = fields.getOrDefault("content-length", List.of());
        List<String> encodings = fields.getOrDefault("transfer-encoding", List.of());
        if (lengths.size() + encodings.size() > 1) {
            throw new Ambiguous("two ways to find the end: " + lengths + encodings);
        }
        for (String encoding : encodings) {
            if (!encoding.equalsIgnoreCase("chunked")) {
                throw new Ambiguous("transfer encoding " + encoding);
            }
            chunks();
        }
        for (String length : lengths) {
            if (!length.matches("[0-9]+")) {
                throw new Ambiguous("content length " + length);
            }
            skip(new BigInteger(length));
        }
        boolean upgrade = fields.containsKey("upgrade")
                && String.join(",", fields.getOrDefault("connection", List.of()))
                        .toLowerCase(Locale.ROOT)
                        .contains("upgrade");
        return upgrade || line.group(1).equals("CONNECT");
    }

    private Map<String, List<String>> fields() throws Ambiguous {
        Map<String, List<String>> fields = new HashMap<>();
        for (String text = line(); !text.isEmpty(); text = line()) {
            Matcher field = FIELD.matcher(text);
            if (!field.matches()) {
                throw new Ambiguous("field " + text);
            }
            fields.computeIfAbsent(field.group(1).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(field.group(2));
        }
        return fields;
    }

    private void chunks() throws Ambiguous {
        while (true) {
            Matcher size = SIZE.matcher(line());
            if (!size.matches()) {
                throw new Ambiguous("chunk size");
            }
            BigInteger length = new BigInteger(size.group(1), 16);
            if (length.signum() == 0) {
                Map<String, List<String>> trailers = fields();
                if (trailers.containsKey("content-length") || trailers.containsKey("transfer-encoding")) {
                    throw new Ambiguous("framing in trailers");
                }
                return;
            }
            skip(length);
            if (!line().isEmpty()) {
                throw new Ambiguous("behind a chunk");
            }
        }
    }

    private void skip(BigInteger length) {
        if (BigInteger.valueOf(bytes.length() - at).compareTo(length) < 0) {
            at = bytes.length();
            throw new CutOff();
        }
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
