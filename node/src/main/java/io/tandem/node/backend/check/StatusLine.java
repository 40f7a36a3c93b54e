// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The first line of a server's answer to a check. Pure.
 *
 * @param status 100..999
 * @param reason the words behind it, printable
 */
record StatusLine(int status, String reason) {
    /** {@code HTTP/1.1 200}. */
    private static final int SHORTEST = 12;

    /** Whether {@code answer} holds a whole line. */
    static boolean isComplete(ByteBuf answer) {
        return answer.indexOf(answer.readerIndex(), answer.writerIndex(), (byte) '\n') >= 0;
    }

    /** The status line at the head of {@code answer}, or null where that is none. */
    static @Nullable StatusLine parse(ByteBuf answer) {
        int end = answer.indexOf(answer.readerIndex(), answer.writerIndex(), (byte) '\n');
        int length = (end < 0 ? answer.writerIndex() : end) - answer.readerIndex();
        String line = answer.toString(answer.readerIndex(), length, StandardCharsets.ISO_8859_1)
                .stripTrailing();
        if (line.length() < SHORTEST || !line.matches("(?s)HTTP/[0-9]\\.[0-9] +[1-9][0-9]{2}( .*)?")) {
            return null;
        }
        int at = line.indexOf(' ');
        while (line.charAt(at) == ' ') {
            at++;
        }
        int status = Integer.parseInt(line.substring(at, at + 3));
        return new StatusLine(status, line.substring(at + 3).strip().replaceAll("[^ -~]", "."));
    }
}
