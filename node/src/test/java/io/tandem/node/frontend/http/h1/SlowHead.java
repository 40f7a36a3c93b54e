// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a message's head the slow and obvious way: as a text, with regular expressions, from its beginning. What the fast
 * scanners must agree with.
 */
final class SlowHead {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern REQUEST =
            Pattern.compile("(" + TOKEN + ") +([!-~&&[^#]]+) +(HTTP/([0-9])\\.([0-9]))", Pattern.DOTALL);
    private static final Pattern STATUS =
            Pattern.compile("HTTP/([0-9])\\.([0-9]) +([1-9][0-9][0-9])(?: (.*))?", Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "):[ \\t]*(.*?)[ \\t]*", Pattern.DOTALL);
    private static final Pattern ABSOLUTE = Pattern.compile("([A-Za-z0-9+.-]+)://([^/]*)(/.*)?", Pattern.DOTALL);
    private static final Pattern WITH_PORT = Pattern.compile("(.*):([0-9]*)", Pattern.DOTALL);

    /** Not whole yet. */
    static final String OPEN = "open";
    /** Refused. */
    static final String BAD = "bad";

    private final boolean request;
    private final int maxFields;
    private final List<String[]> fields = new ArrayList<>();
    private int end;
    private String target = "";
    private String method = "";
    private int minor;
    private int status;
    private @Nullable Long length;
    private boolean chunked;
    private boolean lengthBesideChunked;
    private boolean close;
    private boolean keepAlive;
    private boolean upgrade;

    private SlowHead(boolean request, int maxFields) {
        this.request = request;
        this.maxFields = maxFields;
    }

    /** {@link #OPEN}, {@link #BAD}, or what the head says. */
    static String read(String text, boolean request, int maxFields) {
        return new SlowHead(request, maxFields).read(text);
    }

    private String read(String text) {
        int from = 0;
        while (text.startsWith("\n", from) || text.startsWith("\r\n", from)) {
            from = text.indexOf('\n', from) + 1;
        }
        List<String> lines = new ArrayList<>();
        int at = from;
        int lastCut = 0;
        while (true) {
            int lf = text.indexOf('\n', at);
            if (lf < 0) {
                return OPEN;
            }
            String line = text.substring(at, lf);
            int cut = line.endsWith("\r") ? 2 : 1;
            line = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            if (line.indexOf('\r') >= 0 || line.indexOf('\0') >= 0) {
                return BAD;
            }
            at = lf + 1;
            if (line.isEmpty() && !lines.isEmpty()) {
                break;
            }
            boolean fold = lines.size() > 1 && (line.startsWith(" ") || line.startsWith("\t"));
            if (fold) {
                int last = lines.size() - 1;
                lines.set(last, lines.get(last) + " ".repeat(lastCut) + line);
            } else {
                lines.add(line);
            }
            lastCut = cut;
        }
        end = at;
        return (request ? requestLine(lines.get(0)) : statusLine(lines.get(0)))
                        && fields(lines.subList(1, lines.size()))
                        && (request ? requestMakesSense() : status != 101 || upgrades())
                ? says()
                : BAD;
    }

    private boolean requestLine(String line) {
        Matcher parts = REQUEST.matcher(line);
        if (!parts.matches() || parts.group(1).equals("PRI")) {
            return false;
        }
        method = parts.group(1);
        target = parts.group(2);
        minor = parts.group(4).compareTo("1") > 0
                        || (parts.group(4).equals("1") && !parts.group(5).equals("0"))
                ? 1
                : 0;
        return true;
    }

    private boolean statusLine(String line) {
        Matcher parts = STATUS.matcher(line);
        if (!parts.matches()) {
            return false;
        }
        minor = parts.group(1).compareTo("1") > 0
                        || (parts.group(1).equals("1") && !parts.group(2).equals("0"))
                ? 1
                : 0;
        status = Integer.parseInt(parts.group(3));
        return true;
    }

    private boolean fields(List<String> lines) {
        boolean other = false;
        for (String line : lines) {
            Matcher field = FIELD.matcher(line);
            if (!field.matches() || field.group(1).length() > 255 || fields.size() + 1 >= maxFields) {
                return false;
            }
            String name = field.group(1).toLowerCase(Locale.ROOT);
            String value = field.group(2);
            fields.add(new String[] {name, value});
            switch (name) {
                case "connection" -> {
                    for (String option : value.split(",", -1)) {
                        String word = trim(option).toLowerCase(Locale.ROOT);
                        close |= word.equals("close");
                        keepAlive |= word.equals("keep-alive");
                        upgrade |= word.equals("upgrade");
                    }
                }
                case "content-length" -> {
                    for (String number : value.split(",", -1)) {
                        if (!lengthIs(trim(number))) {
                            return false;
                        }
                    }
                }
                case "transfer-encoding" -> {
                    String[] codings = value.split(",", -1);
                    for (int i = 0; i < codings.length; i++) {
                        String coding = trim(codings[i]);
                        if (chunked && (!coding.isEmpty() || i < codings.length - 1)) {
                            return false;
                        }
                        if (coding.equalsIgnoreCase("chunked")) {
                            chunked = true;
                        } else if (!chunked) {
                            other = true;
                        }
                    }
                    if (other && chunked) {
                        return false;
                    }
                }
                default -> {}
            }
        }
        lengthBesideChunked = chunked && length != null;
        return !other;
    }

    private boolean lengthIs(String digits) {
        if (!digits.matches("[0-9]+")) {
            return false;
        }
        java.math.BigInteger number = new java.math.BigInteger(digits);
        if (number.bitLength() > 63 || (length != null && length != number.longValue())) {
            return false;
        }
        length = number.longValue();
        return true;
    }

    private static String trim(String text) {
        return text.replaceAll("^[ \\t]+|[ \\t]+$", "");
    }

    private @Nullable String host() {
        for (String[] field : fields) {
            if (field[0].equals("host")) {
                return field[1];
            }
        }
        return null;
    }

    private boolean upgrades() {
        return upgrade && fields.stream().anyMatch(field -> field[0].equals("upgrade"));
    }

    private boolean hasBody() {
        return chunked || (length != null && length > 0);
    }

    private boolean requestMakesSense() {
        String host = host();
        for (String[] field : fields) {
            if (field[0].equals("host") && !same(field[1], String.valueOf(host))) {
                return false;
            }
        }
        if (method.equals("CONNECT")) {
            Matcher parts = WITH_PORT.matcher(target);
            if (hasBody()
                    || !parts.matches()
                    || parts.group(1).isEmpty()
                    || parts.group(2).isEmpty()) {
                return false;
            }
            boolean usual = parts.group(2).equals("80") || parts.group(2).equals("443");
            if (!agrees(target, host, usual, "80")) {
                return false;
            }
        } else if (!target.startsWith("/") && !target.equals("*") && !absolute(host)) {
            return false;
        }
        if (!upgrades()) {
            return true;
        }
        String protocols = "";
        boolean key = false;
        for (String[] field : fields) {
            protocols = field[0].equals("upgrade") ? field[1] : protocols;
            key |= field[0].equals("sec-websocket-key");
        }
        for (String protocol : protocols.split(",", -1)) {
            if (trim(protocol).equalsIgnoreCase("websocket") && !key) {
                return false;
            }
        }
        return true;
    }

    private boolean absolute(@Nullable String host) {
        Matcher parts = ABSOLUTE.matcher(target);
        if (!parts.matches() || parts.group(2).contains("?")) {
            return false;
        }
        String authority = parts.group(2).substring(parts.group(2).lastIndexOf('@') + 1);
        if (authority.isEmpty()) {
            return true;
        }
        boolean https = parts.group(1).equalsIgnoreCase("https");
        boolean http = parts.group(1).equalsIgnoreCase("http");
        String usual = https ? "443" : "80";
        Matcher port = WITH_PORT.matcher(authority);
        boolean implied = port.matches()
                && (port.group(2).isEmpty() || ((http || https) && port.group(2).equals(usual)));
        return agrees(authority, host, implied, usual);
    }

    private static boolean agrees(String authority, @Nullable String host, boolean implied, String usual) {
        if (host == null || same(authority, host)) {
            return true;
        }
        String without = authority.substring(0, Math.max(0, authority.lastIndexOf(':')));
        return implied
                ? same(without, host)
                : host.endsWith(":" + usual) && same(authority, host.substring(0, host.length() - usual.length() - 1));
    }

    /** Equal but for the case of ASCII letters. */
    private static boolean same(String one, String other) {
        return ascii(one).equals(ascii(other));
    }

    private static String ascii(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            out.setCharAt(i, c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return out.toString();
    }

    private String says() {
        boolean stays = !close && !(chunked && (lengthBesideChunked || minor == 0)) && (minor > 0 || keepAlive);
        StringBuilder out = new StringBuilder();
        out.append("end ")
                .append(end)
                .append(" minor ")
                .append(minor)
                .append(request ? " method " + method : " status " + status);
        out.append(chunked ? " chunked" : " length " + (length == null ? -1 : length));
        out.append(stays ? " stays" : " closes")
                .append(upgrades() ? " upgrades" : "")
                .append('\n');
        for (String[] field : fields) {
            if (!List.of("connection", "content-length", "transfer-encoding", "te", "host", "upgrade")
                    .contains(field[0])) {
                out.append(field[0]).append(": ").append(field[1]).append('\n');
            }
        }
        return out.toString();
    }
}
