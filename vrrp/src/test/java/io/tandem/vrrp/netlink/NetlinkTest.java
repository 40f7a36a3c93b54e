// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against the running kernel, in two fresh namespaces. */
class NetlinkTest {
    private static final InetAddress VIRTUAL = address("192.0.2.10");
    private NetNamespace here;
    private NetNamespace there;
    private Netlink netlink;

    @BeforeEach
    void namespaces() throws IOException {
        Privileges.needRoot();
        here = NetNamespace.create("tnd-vs-here");
        there = NetNamespace.create("tnd-vs-there");
        netlink = here.netlink();
    }

    @AfterEach
    void close() {
        if (netlink != null) {
            netlink.close();
            here.close();
            there.close();
        }
    }

    @Test
    void aNewNamespaceHasOnlyItsLoopbackAndThatIsDown() throws IOException {
        List<Link> links = netlink.links().list();

        assertThat(links).extracting(Link::name).contains("lo");
        assertThat(links).noneMatch(Link::isUp);
    }

    @Test
    void aVethReachesIntoTheOtherNamespaceAndHasACarrierOnceBothEndsAreUp() throws IOException {
        try (Netlink other = there.netlink()) {
            netlink.links().addVeth("v0", "eth0", there);
            netlink.links().up("v0");
            assertThat(netlink.links().get("v0").isUsable()).isFalse();

            other.links().up("eth0");

            assertThat(netlink.links().get("v0").isUsable()).isTrue();
            assertThat(other.links().get("eth0").kind()).isEqualTo("veth");
        }
    }

    @Test
    void aTaggedAddressWithALifetimeIsListedWithBoth() throws IOException {
        device("d0");
        netlink.links().up("d0");
        int index = netlink.links().get("d0").index();

        int errno = netlink.addresses().add(VIRTUAL, 32, index, "d0:1", 0, 60, Addresses.TAG);

        assertThat(errno).isZero();
        AddressEntry entry = netlink.addresses().list().stream()
                .filter(candidate -> candidate.address().equals(VIRTUAL))
                .findFirst()
                .orElseThrow();
        assertThat(entry.prefixLength()).isEqualTo(32);
        assertThat(entry.interfaceIndex()).isEqualTo(index);
        assertThat(entry.label()).isEqualTo("d0:1");
        assertThat(entry.tag()).isEqualTo(Addresses.TAG);
        assertThat(entry.validSeconds()).isBetween(58L, 60L);
    }

    @Test
    @Tag("vrrp-case-50")
    void addingTwiceAndRemovingTwiceAreSuccesses() throws IOException {
        device("d0");
        int index = netlink.links().get("d0").index();
        Addresses addresses = netlink.addresses();

        assertThat(addresses.add(VIRTUAL, 32, index, null, 0, Addresses.FOREVER, 0))
                .isZero();
        assertThat(addresses.add(VIRTUAL, 32, index, null, 0, Addresses.FOREVER, 0))
                .isZero();
        assertThat(addresses.remove(VIRTUAL, 32, index)).isZero();
        assertThat(addresses.remove(VIRTUAL, 32, index)).isZero();
        assertThat(addresses.list()).noneMatch(entry -> entry.address().equals(VIRTUAL));
    }

    @Test
    void anIpv6AddressSkipsDuplicateAddressDetection() throws IOException {
        device("d0");
        netlink.links().up("d0");
        InetAddress six = address("fd99::50");

        netlink.addresses().add(six, 128, "d0");

        assertThat(netlink.addresses().list()).anyMatch(entry -> entry.address().equals(six));
        netlink.addresses().remove(six, 128, "d0");
        assertThat(netlink.addresses().list())
                .noneMatch(entry -> entry.address().equals(six));
    }

    @Test
    void bridgesTakeAndReleasePorts() throws IOException {
        Links links = netlink.links();
        links.addBridge("br0");
        device("d0");

        links.setMaster("d0", "br0");
        assertThat(links.get("d0").masterIndex()).isEqualTo(links.get("br0").index());
        links.clearMaster("d0");
        assertThat(links.get("d0").masterIndex()).isZero();
        assertThat(links.get("br0").kind()).isEqualTo("bridge");
    }

    @Test
    void aMacvlanCarriesTheVirtualRoutersMac() throws IOException {
        device("d0");
        byte[] mac = {0, 0, 0x5e, 0, 1, 51};

        netlink.links().addMacvlan("vrrp.51", "d0", Links.MacvlanMode.PRIVATE, mac);

        assertThat(netlink.links().get("vrrp.51").mac()).isEqualTo("00:00:5e:00:01:33");
    }

    @Test
    void linksAreMovedRenamedAndDeleted() throws IOException {
        try (Netlink other = there.netlink()) {
            device("d0");
            netlink.links().down("d0");
            netlink.links().rename("d0", "d1");
            netlink.links().moveTo("d1", there);

            assertThat(netlink.links().find("d1")).isEmpty();
            assertThat(other.links().find("d1")).isPresent();
            other.links().delete("d1");
            other.links().delete("d1");
            assertThat(other.links().find("d1")).isEmpty();
        }
    }

    @Test
    void routesAreAddedAndRemoved() throws IOException {
        device("d0");
        netlink.links().up("d0");
        netlink.addresses().add(address("10.77.1.1"), 24, "d0");

        netlink.routes().addDefault(address("10.77.1.254"));
        netlink.routes().add(address("10.78.0.0"), 16, address("10.77.1.253"), "d0");
        netlink.routes().addLocal(address("10.79.0.1"), 32, "d0");

        String table =
                here.run(() -> java.nio.file.Files.readString(java.nio.file.Path.of("/proc/thread-self/net/route")));
        assertThat(table).contains("FE014D0A").contains("FD014D0A");
        netlink.routes().remove(address("10.78.0.0"), 16);
        assertThat(here.run(() -> java.nio.file.Files.readString(java.nio.file.Path.of("/proc/thread-self/net/route"))))
                .doesNotContain("FD014D0A");
    }

    @Test
    void errorsNameTheOperationTheObjectAndErrno() {
        assertThatThrownBy(() -> netlink.addresses().add(VIRTUAL, 24, "nosuch0"))
                .isInstanceOf(NetlinkException.class)
                .hasMessage("netlink: interface nosuch0: ENODEV");
        assertThat(Addresses.refusal("add", VIRTUAL, 24, "to eth0", Errno.EPERM))
                .hasMessage("netlink: add 192.0.2.10/24 to eth0: EPERM (needs CAP_NET_ADMIN)");
        assertThatThrownBy(() -> netlink.links().addMacvlan("m0", "lo", Links.MacvlanMode.PRIVATE, null))
                .isInstanceOf(NetlinkException.class)
                .hasMessageStartingWith("netlink: create macvlan m0 on lo: EINVAL");
    }

    @Test
    void aPinnedNamespaceIsFoundByItsNameUntilItIsUnpinned() throws IOException {
        String name = "tnd-vs-" + ProcessHandle.current().pid();
        here.pin(name);
        try {
            device("d0");
            try (NetNamespace again = NetNamespace.named(name);
                    Netlink same = again.netlink()) {
                assertThat(same.links().find("d0")).isPresent();
            }
        } finally {
            NetNamespace.unpin(name);
        }
        assertThatThrownBy(() -> NetNamespace.named(name)).hasMessageContaining("ENOENT");
    }

    /** Not every kernel has the dummy driver: one end of a veth serves as well. */
    private void device(String name) throws IOException {
        netlink.links().addVeth(name, name + "-peer", null);
        netlink.links().up(name);
        netlink.links().up(name + "-peer");
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
