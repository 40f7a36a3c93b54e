// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.util.Map;

/**
 * Every way an HTTP exchange can end (HAProxy manual 8.5): what client and server see, and the log line with status, bytes,
 * flags, retries and which times are known, are those of the installed haproxy. All scenes are played at once, most of them
 * wait for a time-out.
 */
class TerminationDifferentialTest extends PlayedDifferentialTest {
    private static final String COMMON =
            """
            global
                log 127.0.0.1:LOG len 4096 local0
            defaults plain
                mode http
                log global
                option httplog
                timeout connect 400ms
                timeout client 700ms
                timeout server 500ms
                retries 0
            """;

    /** The same with an option that HAProxy looks for in frontend and backend alike. */
    private static final String DEFAULTS = COMMON
            + COMMON.substring(COMMON.indexOf("defaults")).replace("plain", "aborting") + "    option abortonclose\n";

    /**
     * Scenes in which HAProxy 2.6 does not notice what its manual says it does, and what is seen of them here: it does not read from
     * a client whose request is complete.
     */
    private static final Map<String, String> NOTICED = Map.of(
            "a-large-body-is-drained", "client HTTP/1.1 403", // with haproxy it is a matter of time
            // the same log line with haproxy; how much of the body the client can send is a matter of time
            "sD-nobody-takes-the-rest-of-a-body",
                    "sD-nobody-takes-the-rest-of-a-body-be/s1 n/n/n/n/n 200 51 sD-- 0 0/0 \"POST / HTTP/1.1\"",
            "CQ-abortonclose", "CQ-abortonclose-be/<NOSRV> n/-1/-1/-1/n -1 0 CQ-- 0 0/1 \"GET / HTTP/1.1\"",
            "CH-reset", "CH-reset-be/s1 n/n/n/-1/n -1 0 CD-- 0 0/0 \"GET / HTTP/1.1\"",
            "CD-reset", "CD-reset-be/s1 n/n/n/n/n 200 53 CD-- 0 0/0 \"GET / HTTP/1.1\"");

    TerminationDifferentialTest() {
        super(DEFAULTS, NOTICED);
    }

    @Override
    void writeBill() {
        scenes(new RequestScenes());
        scenes(new ResponseScenes());
    }
}
