// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.CaseAdjust;
import org.jspecify.annotations.Nullable;

/** What a head says about the connection behind the message (RFC 9112 sections 9.3 and 9.6); written behind its other fields. */
public enum ConnectionField {
    /** What the version means by itself. */
    NONE(""),
    CLOSE("connection: close\r\n"),
    KEEP_ALIVE("connection: keep-alive\r\n");

    private static final byte[] NAME = Ascii.bytes("connection");

    @SuppressWarnings("ImmutableEnumChecker") // never written
    private final byte[] line;

    ConnectionField(String line) {
        this.line = Ascii.bytes(line);
    }

    /** What tells a peer that speaks HTTP/1.{@code minorVersion} whether the connection goes on. */
    public static ConnectionField of(boolean keepAlive, int minorVersion) {
        if (keepAlive) {
            return minorVersion == 0 ? KEEP_ALIVE : NONE;
        }
        return minorVersion == 0 ? NONE : CLOSE;
    }

    /** Writes its line; {@code adjust} may give it capitals. */
    public void write(ByteBuf out, @Nullable CaseAdjust adjust) {
        int start = out.writerIndex();
        out.writeBytes(line);
        if (adjust != null && this != NONE) {
            adjust.applyTo(out, start, NAME);
        }
    }
}
