// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel's news, but for what the guardian itself has caused. */
@Timeout(30)
class LinkEventsTest {
    private static final int POLLIN = 1;

    private NetNamespace namespace;
    private Netlink own;
    private Netlink another;

    @BeforeEach
    void open() throws IOException {
        Privileges.needRoot();
        namespace = NetNamespace.create("tnd-events");
        own = namespace.netlink();
        another = namespace.netlink();
    }

    @AfterEach
    void close() {
        if (namespace != null) {
            own.close();
            another.close();
            namespace.close();
        }
    }

    @Test
    void whatItHasDoneItselfWakesNobody() throws IOException {
        InetAddress mine = InetAddress.getByName("10.1.1.1");
        InetAddress foreign = InetAddress.getByName("10.1.1.2");
        try (LinkEvents events = namespace.run(() -> new LinkEvents(own.port()));
                LinkEvents all = namespace.run(() -> new LinkEvents())) {
            own.addresses().add(mine, 32, "lo");
            assertThat(isReadable(events)).isFalse();
            assertThat(isReadable(all)).isTrue();

            another.addresses().add(foreign, 32, "lo");
            assertThat(isReadable(events)).isTrue();
            assertThat(added(events)).containsExactly(foreign);
            assertThat(added(all)).containsExactly(mine, foreign);
        }
    }

    private static boolean isReadable(LinkEvents events) {
        NativeBuffer poll = new NativeBuffer(8);
        poll.bytes().putInt(0, events.fd()).putShort(4, (short) POLLIN);
        return Libc.C.poll(poll.address(), 1, 0) == 1;
    }

    private static List<InetAddress> added(LinkEvents events) {
        List<InetAddress> added = new ArrayList<>();
        events.read(new LinkEvents.Listener() {
            @Override
            public void linkChanged(Link link) {}

            @Override
            public void linkRemoved(Link link) {}

            @Override
            public void addressAdded(AddressEntry address) {
                added.add(address.address());
            }

            @Override
            public void addressRemoved(AddressEntry address) {}

            @Override
            public void overrun() {}
        });
        return added;
    }
}
