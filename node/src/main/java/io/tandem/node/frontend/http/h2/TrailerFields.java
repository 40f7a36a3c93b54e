// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.Trailers;

/** Makes {@link Trailers} out of a decoded header block; for blocks of no use, only says that they were decoded. */
public final class TrailerFields implements HpackDecoder.Sink {
    private static final byte[][] FORBIDDEN = {
        Ascii.bytes("connection"),
        Ascii.bytes("content-length"),
        Ascii.bytes("host"),
        Ascii.bytes("keep-alive"),
        Ascii.bytes("proxy-connection"),
        Ascii.bytes("te"),
        Ascii.bytes("transfer-encoding"),
        Ascii.bytes("upgrade"),
    };

    private final int maxBytes;
    private Trailers trailers = new Trailers();
    private boolean malformed;

    public TrailerFields(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    public void begin(Trailers trailers) {
        this.trailers = trailers;
        trailers.clear();
        malformed = false;
    }

    @Override
    public void field(byte[] nameBytes, int nameStart, int nameEnd, byte[] bytes, int valueStart, int valueEnd) {
        if (malformed) {
            return;
        }
        malformed = !FieldRules.isName(nameBytes, nameStart, nameEnd)
                || !FieldRules.isValue(bytes, valueStart, valueEnd)
                || isForbidden(nameBytes, nameStart, nameEnd)
                || trailers.end() + nameEnd - nameStart + valueEnd - valueStart > maxBytes;
        if (!malformed) {
            trailers.add(nameBytes, nameStart, nameEnd, bytes, valueStart, valueEnd);
        }
    }

    /** Whether no trailer may have that name, in lower case. */
    static boolean isForbidden(byte[] bytes, int start, int end) {
        for (byte[] name : FORBIDDEN) {
            if (FieldRules.is(bytes, start, end, name)) {
                return true;
            }
        }
        return false;
    }

    public boolean isMalformed() {
        return malformed;
    }
}
