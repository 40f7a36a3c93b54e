// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.tandem.node.frontend.http.h1.Malformed;
import io.tandem.node.frontend.http.h1.ResponseScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reads files that hold a whole HTTP response, and refuses those that no client could read (HAProxy manual, errorfile). */
final class ErrorFile {
    /** Fields of an error file; more than any message may have. */
    private static final int MAX_FIELDS = 32_767;

    private ErrorFile() {}

    /**
     * Reads {@code name}.
     *
     * @param limit {@code tune.bufsize}
     * @throws IllegalArgumentException with what is wrong, as HAProxy words it
     */
    static byte[] read(String name, int limit) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(Path.of(name));
        } catch (IOException | InvalidPathException unreadable) {
            throw new IllegalArgumentException("error opening file '" + name + "'.", unreadable);
        }
        String complaint = bytes.length == 0 ? "" : complaint(bytes, limit);
        if (!complaint.isEmpty()) {
            throw new IllegalArgumentException("'" + name + "': " + complaint);
        }
        return bytes;
    }

    /** What is wrong with it, or nothing. */
    private static String complaint(byte[] bytes, int limit) {
        if (bytes.length > limit) {
            return "unable to add payload into the HTX message";
        }
        Response response = new Response();
        ResponseScanner scanner = new ResponseScanner(response, MAX_FIELDS);
        byte[] head = new byte[bytes.length + 256]; // the scanner wants to keep some bytes of bookkeeping free
        System.arraycopy(bytes, 0, head, 0, bytes.length);
        scanner.begin(head);
        switch (scanner.scan(bytes.length)) {
            case INCOMPLETE -> {
                return "unable to parse headers (error offset: -2)";
            }
            case MALFORMED -> {
                // an encoding HAProxy does not know is none of its business here
                return scanner.reason() == Malformed.TRANSFER_ENCODING
                        ? ""
                        : "unable to parse headers (error offset: " + scanner.errorOffset() + ")";
            }
            case COMPLETE -> {}
        }
        if (response.status() < 200) {
            return "invalid http status code for an error message (" + response.status() + ")";
        }
        if (scanner.isChunked()) {
            return "chunk-encoded payload not supported";
        }
        int payload = bytes.length - scanner.headEnd();
        if (scanner.contentLength() >= 0 && scanner.contentLength() != payload) {
            return "payload size does not match the announced content-length (" + payload + " != "
                    + scanner.contentLength() + ")";
        }
        return "";
    }
}
