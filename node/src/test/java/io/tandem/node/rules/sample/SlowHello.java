// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The first bytes of a TLS connection read the slow way, one field after the other cut off the front of a text. */
final class SlowHello {
    private final String text;
    private String rest;

    private SlowHello(String text) {
        this.text = text;
        rest = text;
    }

    /** All that {@link ClientHello} is asked, by what it is asked for. */
    static Map<String, String> read(String text) {
        Map<String, String> says = new LinkedHashMap<>();
        int beginning = new SlowHello(text).type();
        int type = beginning > 0 && text.length() < recordEnd(text) ? -1 : beginning;
        says.put("type", String.valueOf(type));
        says.put("version", String.valueOf(version(text, type)));
        says.put("name", first(extension(text, 0), true));
        says.put("protocol", first(extension(text, 16), false));
        String curves = extension(text, 10);
        says.put("curves", curves.startsWith("=") ? "FOUND" : curves);
        String ticket = extension(text, 35);
        boolean none = ticket.equals("ABSENT") && hasExtensions(text);
        says.put("ticket", ticket.startsWith("=") ? (ticket.length() > 1 ? "2" : "1") : none ? "0" : "-1");
        return says;
    }

    private int type() {
        if (!text.isEmpty() && text.charAt(0) != 22) {
            return 0;
        }
        if (text.length() >= 3 && text.charAt(1) < 3) {
            return 0;
        }
        if (text.length() < 6) {
            return -1;
        }
        return text.startsWith("\0", 3) && text.charAt(4) < 4 ? 0 : text.charAt(5);
    }

    private static int version(String text, int type) {
        if (type <= 0 || text.length() < 11) {
            return Math.min(type, text.length() < 11 && type > 0 ? -1 : type);
        }
        int at = type == 1 ? 9 : 1;
        return text.charAt(at) << 16 | text.charAt(at + 1);
    }

    /** What the content of an extension is behind {@code =}, or an outcome. */
    private static String extension(String text, int wanted) {
        int type = new SlowHello(text).type();
        if (type < 0) {
            return "INCOMPLETE";
        }
        if (type != 1) {
            return "ABSENT";
        }
        boolean whole = text.length() >= recordEnd(text);
        String otherwise = whole ? "ABSENT" : "INCOMPLETE";
        if (message(text).startsWith("\3\0")) {
            return "ABSENT";
        }
        String extensions = extensions(text);
        if (extensions == null) {
            return otherwise;
        }
        SlowHello all = new SlowHello(extensions);
        while (true) {
            String head = all.take(4);
            if (head == null) {
                return otherwise;
            }
            String content = all.take(head.charAt(2) << 8 | head.charAt(3));
            if (head.startsWith("\0" + (char) wanted)) {
                return content == null ? otherwise : "=" + content;
            }
            if (content == null) {
                return otherwise;
            }
        }
    }

    private static int recordEnd(String text) {
        return 5 + (text.charAt(3) << 8 | text.charAt(4));
    }

    private static String message(String text) {
        int end = Math.min(text.length(), recordEnd(text));
        return text.substring(Math.min(9, end), end);
    }

    private static boolean hasExtensions(String text) {
        return new SlowHello(text).type() == 1 && !message(text).startsWith("\3\0") && extensions(text) != null;
    }

    /** What of the extensions is there; null where the message does not come to them. */
    private static @Nullable String extensions(String text) {
        SlowHello hello = new SlowHello(message(text));
        boolean skipped =
                hello.take(34) != null && hello.list(1) != null && hello.list(2) != null && hello.list(1) != null;
        String length = skipped ? hello.take(2) : null;
        return length == null
                ? null
                : hello.rest.substring(0, Math.min(hello.rest.length(), length.charAt(0) << 8 | length.charAt(1)));
    }

    private @Nullable String list(int lengthBytes) {
        String length = take(lengthBytes);
        return length == null
                ? null
                : take(lengthBytes == 1 ? length.charAt(0) : length.charAt(0) << 8 | length.charAt(1));
    }

    private @Nullable String take(int count) {
        if (rest.length() < count) {
            return null;
        }
        String taken = rest.substring(0, count);
        rest = rest.substring(count);
        return taken;
    }

    /** The first entry of a list in an extension, of those with a type the first of type 0. */
    private static String first(String extension, boolean typed) {
        if (!extension.startsWith("=")) {
            return extension;
        }
        SlowHello list = new SlowHello(extension.substring(1));
        if (list.take(2) == null) {
            return "ABSENT";
        }
        while (true) {
            String type = typed ? list.take(1) : "\0";
            String entry = type == null ? null : list.list(typed ? 2 : 1);
            if (entry == null) {
                return "ABSENT";
            }
            if ("\0".equals(type)) {
                return "=" + entry;
            }
        }
    }
}
