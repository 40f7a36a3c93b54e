// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the end of a request in what a server has received so far. */
public final class RequestEnd {
    private static final Pattern LENGTH = Pattern.compile("content-length: *([0-9]{1,9})\r");

    private RequestEnd() {}

    /**
     * Where the first request ends.
     *
     * @param from where its head is looked for, behind a PROXY header
     * @return the index behind its last byte, or -1 while it is not whole
     */
    public static int in(StringBuilder text, int from) {
        int head = text.indexOf("\r\n\r\n", from);
        if (head < 0) {
            return -1;
        }
        String lower = text.substring(from, head + 2).toLowerCase(Locale.ROOT);
        if (lower.contains("transfer-encoding: chunked")) {
            int last = text.indexOf("\r\n0\r\n", head);
            int empty = last < 0 ? -1 : text.indexOf("\r\n\r\n", last + 3);
            return empty < 0 ? -1 : empty + 4;
        }
        Matcher length = LENGTH.matcher(lower);
        int end = head + 4 + (length.find() ? Integer.parseInt(length.group(1)) : 0);
        return text.length() >= end ? end : -1;
    }
}
