// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Finds the end of HTTP/1.1 answers with a Content-Length; what the proxies under test send. */
final class AnswerReader {
    private static final int MOST_HEAD_BYTES = 8192;
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);

    private final StringBuilder head = new StringBuilder(0);
    private long bodyLeft = -1;
    private int status;

    /** Takes bytes up to the end of an answer; true when it is complete. */
    boolean read(ByteBuf in) {
        if (bodyLeft < 0 && !readHead(in)) {
            return false;
        }
        int taken = (int) Math.min(bodyLeft, in.readableBytes());
        in.skipBytes(taken);
        bodyLeft -= taken;
        if (bodyLeft > 0) {
            return false;
        }
        bodyLeft = -1;
        return true;
    }

    /** Of the last complete answer. */
    int status() {
        return status;
    }

    private boolean readHead(ByteBuf in) {
        if (head.length() == 0) {
            int end = endOfHead(in, in.readerIndex());
            if (end >= 0) {
                judge(in, in.readerIndex(), end);
                in.readerIndex(end);
                return true;
            }
        }
        while (in.isReadable()) { // a head in pieces: rare, so by the byte
            head.append((char) in.readByte());
            int n = head.length();
            if (n >= 4 && head.charAt(n - 1) == '\n' && head.charAt(n - 3) == '\n') {
                String text = head.toString().toLowerCase(Locale.ROOT);
                head.setLength(0);
                status = Integer.parseInt(text.substring(9, 12));
                int at = text.indexOf("\ncontent-length:");
                bodyLeft = at < 0
                        ? 0
                        : Long.parseLong(
                                text.substring(at + 16, text.indexOf('\r', at)).trim());
                return true;
            }
            if (n > MOST_HEAD_BYTES) {
                throw new IllegalStateException("an answer's head has no end");
            }
        }
        return false;
    }

    private static int endOfHead(ByteBuf in, int from) {
        int end = in.writerIndex();
        for (int i = from; i < end; ) {
            int lf = in.indexOf(i, end, (byte) '\n');
            if (lf < 0 || lf + 2 >= end) {
                return -1;
            }
            if (in.getByte(lf + 1) == '\r' && in.getByte(lf + 2) == '\n') {
                return lf + 3;
            }
            i = lf + 1;
        }
        return -1;
    }

    private void judge(ByteBuf in, int from, int end) {
        status = (in.getByte(from + 9) - '0') * 100 + (in.getByte(from + 10) - '0') * 10 + in.getByte(from + 11) - '0';
        bodyLeft = 0;
        for (int i = in.indexOf(from, end, (byte) '\n') + 1;
                i > 0 && i < end;
                i = in.indexOf(i, end, (byte) '\n') + 1) {
            if (isLength(in, i, end)) {
                int at = i + LENGTH.length;
                for (; in.getByte(at) == ' '; at++) {}
                for (; in.getByte(at) >= '0' && in.getByte(at) <= '9'; at++) {
                    bodyLeft = bodyLeft * 10 + in.getByte(at) - '0';
                }
                return;
            }
        }
    }

    private static boolean isLength(ByteBuf in, int at, int end) {
        if (at + LENGTH.length > end) {
            return false;
        }
        for (int i = 0; i < LENGTH.length; i++) {
            int b = in.getByte(at + i);
            if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != LENGTH[i]) {
                return false;
            }
        }
        return true;
    }
}
