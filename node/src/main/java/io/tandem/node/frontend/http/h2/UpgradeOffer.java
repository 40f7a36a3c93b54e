// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A request in HTTP/1.1 that offers to go on in HTTP/2 in clear text (RFC 7540 section 3.2, which RFC 9113 section 3.1 retires).
 * It becomes stream 1, read anew from a header block, so that what HTTP/2 refuses is refused here, too.
 */
public final class UpgradeOffer {
    /** What takes an offer; HTTP/2 begins behind it. */
    private static final byte[] TAKEN =
            Ascii.bytes("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n");

    private static final byte[] CONNECTION = Ascii.bytes("connection");
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] SETTINGS = Ascii.bytes("http2-settings");
    private static final byte[] H2C = Ascii.bytes("h2c");
    private static final byte[] HOST = Ascii.bytes("host");
    private static final byte[] TE = Ascii.bytes("te");
    private static final byte[] TRAILERS = Ascii.bytes("trailers");

    /** Name and value, each setting (RFC 9113 section 6.5.1). */
    private static final int SETTING = 6;

    private final byte[] settings;
    private final byte[] block;

    private UpgradeOffer(byte[] settings, byte[] block) {
        this.settings = settings;
        this.block = block;
    }

    /**
     * The offer that a request makes; null where it makes none, or one that need not be taken: with a body, for several
     * protocols, or with a target that is no path.
     */
    public static @Nullable UpgradeOffer of(Request request) {
        Headers headers = request.headers();
        if (!request.offersUpgrade()
                || request.minorVersion() == 0
                || request.method() == Method.CONNECT
                || request.bytes()[request.uriStart()] != '/') {
            return null;
        }
        int upgrade = only(headers, UPGRADE);
        int connection = only(headers, CONNECTION);
        int field = only(headers, SETTINGS);
        if (upgrade < 0
                || connection < 0
                || field < 0
                || !Ascii.isIgnoreCase(headers.bytes(), headers.valueStart(upgrade), headers.valueEnd(upgrade), H2C)
                || !lists(headers, connection, SETTINGS)) {
            return null;
        }
        byte[] settings = settings(headers, field);
        return settings == null ? null : new UpgradeOffer(settings, block(request, connection));
    }

    private static int only(Headers headers, byte[] name) {
        int first = headers.find(name, 0);
        return first >= 0 && headers.find(name, first + 1) < 0 ? first : -1;
    }

    private static boolean lists(Headers headers, int field, byte[] lower) {
        return FieldList.indexOf(headers.bytes(), headers.valueStart(field), headers.valueEnd(field), lower) >= 0;
    }

    /** The payload of a SETTINGS frame in base64url, without padding; null where it is not that. */
    private static byte @Nullable [] settings(Headers headers, int field) {
        int start = headers.valueStart(field);
        String text = new String(headers.bytes(), start, headers.valueEnd(field) - start, StandardCharsets.ISO_8859_1);
        try {
            byte[] payload = Base64.getUrlDecoder().decode(text);
            return payload.length % SETTING == 0 ? payload : null;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    /** The request as HTTP/2 writes it: without what is of this connection, or named by its Connection. */
    private static byte[] block(Request request, int connection) {
        byte[] bytes = request.bytes();
        Headers headers = request.headers();
        ByteBuf out = Unpooled.buffer(request.countedSize());
        HpackEncoder.method(out, bytes, request.methodStart(), request.methodEnd());
        HpackEncoder.scheme(out, false);
        HpackEncoder.path(out, bytes, request.uriStart(), request.uriEnd());
        int host = headers.find(HOST, 0);
        if (host >= 0) {
            HpackEncoder.authority(out, bytes, headers.valueStart(host), headers.valueEnd(host));
        }
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isLive(i) && i != host && goesOn(headers, i, connection)) {
                HpackEncoder.field(
                        out,
                        bytes,
                        headers.nameStart(i),
                        headers.nameEnd(i),
                        headers.valueStart(i),
                        headers.valueEnd(i));
            }
        }
        return ByteBufUtil.getBytes(out);
    }

    private static boolean goesOn(Headers headers, int field, int connection) {
        byte[] bytes = headers.bytes();
        int start = headers.nameStart(field);
        int end = headers.nameEnd(field);
        byte[] lower = new byte[end - start];
        for (int i = start; i < end; i++) {
            lower[i - start] = Ascii.toLower(bytes[i]);
        }
        if (FieldRules.is(lower, 0, lower.length, TE)) {
            return Ascii.isIgnoreCase(bytes, headers.valueStart(field), headers.valueEnd(field), TRAILERS);
        }
        return !FieldRules.isOfHop(lower, 0, lower.length) && !lists(headers, connection, lower);
    }

    /** The answer that takes it. */
    public ByteBuf answer() {
        return Unpooled.wrappedBuffer(TAKEN);
    }

    byte[] settings() {
        return settings;
    }

    byte[] block() {
        return block;
    }
}
