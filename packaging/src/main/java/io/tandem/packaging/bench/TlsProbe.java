// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks {@code openssl s_client} what a proxy's handshake is like, so that like is compared with like. */
final class TlsProbe {
    private static final Pattern CIPHER = Pattern.compile("(New|Reused), (TLSv[0-9.]+), Cipher is (\\S+)");
    private static final Pattern KEY = Pattern.compile("Server public key is (\\d+) bit");
    private static final String TICKET = "Post-Handshake New Session Ticket arrived";

    private TlsProbe() {}

    /** Protocol, cipher, size of the key and how many tickets came. */
    static String describe(int port, Bench bench) throws IOException, InterruptedException {
        String output = Tool.run(
                List.of(
                        "sh",
                        "-c",
                        "(printf 'GET / HTTP/1.1\\r\\nHost: bench.example\\r\\nConnection: close\\r\\n\\r\\n'; sleep 1) | "
                                + "timeout 5 openssl s_client -connect 127.0.0.1:" + port + " 2>&1; true"),
                Map.of("OPENSSL_CONF", bench.certificates().clientSettings().toString()),
                10);
        Matcher cipher = CIPHER.matcher(output);
        Matcher key = KEY.matcher(output);
        if (!cipher.find() || !key.find()) {
            throw new IOException("no handshake: " + output);
        }
        return cipher.group(2) + " " + cipher.group(3) + ", key of " + key.group(1) + " bits, " + tickets(output)
                + " tickets";
    }

    private static int tickets(String output) {
        int count = 0;
        for (int at = output.indexOf(TICKET); at >= 0; at = output.indexOf(TICKET, at + 1)) {
            count++;
        }
        return count;
    }
}
