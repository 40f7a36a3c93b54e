// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.tandem.node.frontend.http.Ascii;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Interim responses {@code 103 Early Hints} that rules have made and the client has not been sent yet (RFC 8297). Made by the
 * first such rule of an exchange.
 */
public final class Hints {
    private static final byte[] START = Ascii.bytes("HTTP/1.1 103 Early Hints\r\n");
    private static final byte[] SEPARATOR = {':', ' '};
    private static final byte[] LINE_END = {'\r', '\n'};

    private final List<byte[]> complete = new ArrayList<>();
    private @Nullable ByteArrayOutputStream open;

    /** One more field of the response at hand, {@code value[start..end)}, which has no line break. */
    public void add(byte[] name, byte[] value, int start, int end) {
        ByteArrayOutputStream present = open;
        if (present == null) {
            present = new ByteArrayOutputStream();
            present.writeBytes(START);
            open = present;
        }
        present.writeBytes(name);
        present.writeBytes(SEPARATOR);
        present.write(value, start, end - start);
        present.writeBytes(LINE_END);
    }

    /** Bytes of the response at hand. */
    public int size() {
        return open == null ? 0 : open.size();
    }

    /** The response at hand is whole: another field begins the next one. */
    public void end() {
        ByteArrayOutputStream present = open;
        if (present != null) {
            present.writeBytes(LINE_END);
            complete.add(present.toByteArray());
            open = null;
        }
    }

    /** Those that are whole, as HTTP/1, in order. */
    public List<byte[]> complete() {
        return complete;
    }
}
