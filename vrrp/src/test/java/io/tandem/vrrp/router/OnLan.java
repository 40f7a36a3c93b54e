// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.netlink.Privileges;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Each test has a LAN of its own with two hosts; skipped without root, but in CI it fails. */
abstract class OnLan {
    TestLan lan;
    TestLan.Host a;
    TestLan.Host b;

    @BeforeEach
    final void makeLan() throws IOException {
        Privileges.needRoot();
        lan = new TestLan();
        a = lan.add("a", 11);
        b = lan.add("b", 12);
    }

    @AfterEach
    final void closeLan() {
        if (lan != null) {
            lan.close();
        }
    }
}
