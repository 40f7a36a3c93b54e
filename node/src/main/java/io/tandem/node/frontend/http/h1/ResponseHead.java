// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.CaseAdjust;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** The head of a response as a client gets it in HTTP/1. */
final class ResponseHead {
    private static final byte[] CONTINUE = Ascii.bytes("HTTP/1.1 100 Continue\r\n\r\n");

    private ResponseHead() {}

    /** Puts {@code 100 Continue} into {@code out}. */
    static void proceed(ByteBuf out) {
        out.writeBytes(CONTINUE);
    }

    /** Puts an interim response into {@code out}. */
    static void interim(Facts facts, Response response, ByteBuf out) {
        CaseAdjust adjust = facts.frontend.http().caseAdjust();
        if (adjust != null) {
            adjust.applyTo(response.headers());
        }
        HeadWriter.statusLineAndFields(response, out);
        HeadWriter.end(out);
    }

    /**
     * Begins the response in {@code writer}.
     *
     * @param in where the head was received as HTTP/1, at the reader index, or null
     * @param length its length there
     * @return whether it goes on as it lies in {@code in}
     */
    static boolean begin(
            Facts facts,
            Response response,
            boolean keepAlive,
            boolean tunnel,
            @Nullable ByteBuf in,
            int length,
            MessageWriter writer) {
        boolean chunked = response.framing() == Framing.CHUNKED;
        ConnectionField connection = tunnel ? ConnectionField.NONE : connectionField(facts, response, keepAlive);
        CaseAdjust adjust = facts.frontend.http().caseAdjust();
        if (adjust != null) {
            adjust.applyTo(response.headers());
        }
        if (in != null && connection == ConnectionField.NONE && !chunked && HeadWriter.isUntouched(response)) {
            in.setBytes(in.readerIndex(), response.bytes(), 0, length); // names are in lower case now
            writer.beginAsReceived();
            return true;
        }
        ByteBuf out = writer.beginHead(chunked);
        HeadWriter.statusLineAndFields(response, out);
        connection.write(out, adjust);
        HeadWriter.end(out);
        return false;
    }

    /** That the connection goes on must be said where the response, or the client, is of HTTP/1.0. */
    private static ConnectionField connectionField(Facts facts, Response response, boolean keepAlive) {
        int version = response.minorVersion();
        return ConnectionField.of(keepAlive, keepAlive ? Math.min(version, facts.request.minorVersion()) : version);
    }
}
