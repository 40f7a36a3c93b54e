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
