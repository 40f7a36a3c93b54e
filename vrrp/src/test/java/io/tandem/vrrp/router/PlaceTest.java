// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualAddress;
import io.tandem.vrrp.netlink.AddressRequest;
import io.tandem.vrrp.packet.MacAddress;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlaceTest {
    private static final InetAddress ADDRESS = TestLan.address("10.99.0.50");
    private static final AddressRequest ON_ETH = request(2, 24, null);
    private static final AddressRequest ON_TUN = request(9, 32, null);

    @Test
    void whatStaysOnTheTunDeviceIsNotTakenAwayWhenTheAddressIsToBeSeenOnItsInterfaceToo() {
        Place rest = place(null, ON_TUN).without(List.of(place(ON_ETH, ON_TUN)));

        assertThat(rest.onTun()).isNull();
        assertThat(rest.onInterface()).isNull();
    }

    @Test
    void whatIsOnTheInterfaceGoesWhenTheTunDeviceIsEnough() {
        Place rest = place(ON_ETH, ON_TUN).without(List.of(place(null, ON_TUN)));

        assertThat(rest.onInterface()).isEqualTo(ON_ETH);
        assertThat(rest.onTun()).isNull();
    }

    @Test
    void anotherPrefixOrPeerIsAnotherAddress() {
        assertThat(place(ON_ETH, null)
                        .without(List.of(place(request(2, 32, null), null)))
                        .onInterface())
                .isEqualTo(ON_ETH);
        assertThat(place(ON_ETH, null)
                        .without(List.of(place(request(2, 24, TestLan.address("10.99.0.51")), null)))
                        .onInterface())
                .isEqualTo(ON_ETH);
    }

    @Test
    void aNetworkGoesWithTheLastAddressThatNeedsIt() {
        Place.Network network = new Place.Network(TestLan.address("fd99::"), 64, 2);
        Place inIt = place(null, ON_TUN, network);

        assertThat(inIt.without(List.of(place(null, null, network))).network()).isNull();
        assertThat(inIt.without(List.of(place(ON_ETH, null))).network()).isEqualTo(network);
    }

    private static Place place(@Nullable AddressRequest onInterface, @Nullable AddressRequest onTun) {
        return place(onInterface, onTun, null);
    }

    private static Place place(
            @Nullable AddressRequest onInterface, @Nullable AddressRequest onTun, Place.@Nullable Network network) {
        return new Place(
                new VirtualAddress(ADDRESS, 24, null, null, 0),
                onInterface,
                onTun,
                "eth0",
                new Place.Way("eth0", 2, MacAddress.ZERO, false),
                network,
                false);
    }

    private static AddressRequest request(int index, int prefixLength, @Nullable InetAddress peer) {
        return new AddressRequest(ADDRESS, prefixLength, index, null, 0, 0, 2, 2, 0, peer, null);
    }
}
