// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/** What a test of the real kernel needs. */
public final class Privileges {
    private Privileges() {}

    /** Skips the test without root, except where CI=true says that it must run. */
    public static void needRoot() {
        if (Libc.C.geteuid() != 0) {
            String why = "needs root for network namespaces";
            if ("true".equals(System.getenv("CI"))) {
                fail(why);
            }
            abort(why);
        }
    }
}
