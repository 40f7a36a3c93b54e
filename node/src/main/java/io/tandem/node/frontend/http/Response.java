// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

/**
 * An HTTP response: status, reason and fields as offsets into the bytes of {@link #headers}. Reused; owned by one event
 * loop.
 */
public final class Response {
    private final Headers headers = new Headers();
    private int status;
    private int reasonStart;
    private int reasonEnd;
    private int minorVersion;
    private Framing framing = Framing.NONE;
    private long contentLength = -1;
    private int countedSize;
    private int webSocketAcceptIndex = -1;
    private boolean http2;

    public Headers headers() {
        return headers;
    }

    public byte[] bytes() {
        return headers.bytes();
    }

    /** Lets go of the bytes: there is no response now. */
    public void clear() {
        headers.clear();
        status = reasonStart = reasonEnd = 0;
        body(Framing.NONE, -1, 0, -1);
    }

    /** It came in HTTP/2. */
    public void asHttp2() {
        http2 = true;
    }

    public boolean isHttp2() {
        return http2;
    }

    /**
     * What its reader found out beside its fields; it came in HTTP/1 unless {@link #asHttp2} follows.
     *
     * @param contentLength -1 where it is not known
     * @param countedSize the head's size as received and as HAProxy counts bytes
     * @param webSocketAcceptIndex the field with the answer to a WebSocket's key, or -1
     */
    public void body(Framing framing, long contentLength, int countedSize, int webSocketAcceptIndex) {
        this.framing = framing;
        this.contentLength = contentLength;
        this.countedSize = countedSize;
        this.webSocketAcceptIndex = webSocketAcceptIndex;
        http2 = false;
    }

    /** How its body ends. */
    public Framing framing() {
        return framing;
    }

    /** Bytes of the body, or -1. */
    public long contentLength() {
        return contentLength;
    }

    public int countedSize() {
        return countedSize;
    }

    /** Index of {@code Sec-WebSocket-Accept}, or -1. */
    public int webSocketAcceptIndex() {
        return webSocketAcceptIndex;
    }

    public void startLine(int status, int reasonStart, int reasonEnd, int minorVersion) {
        this.status = status;
        this.reasonStart = reasonStart;
        this.reasonEnd = reasonEnd;
        this.minorVersion = minorVersion;
    }

    /** 100..999. */
    public int status() {
        return status;
    }

    public int reasonStart() {
        return reasonStart;
    }

    public int reasonEnd() {
        return reasonEnd;
    }

    /** 0 or 1. */
    public int minorVersion() {
        return minorVersion;
    }
}
