package io.deeptrain.api.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                // This host and this network.
                "0.0.0.0",
                "0.255.255.255",
                "::",
                // Loopback, also as one number and wrapped in IPv6.
                "127.0.0.1",
                "127.255.255.255",
                "2130706433",
                "::1",
                "::ffff:127.0.0.1",
                "::127.0.0.1",
                // Private.
                "10.0.0.0",
                "10.255.255.255",
                "172.16.0.0",
                "172.31.255.255",
                "192.168.0.0",
                "192.168.255.255",
                "::ffff:10.0.0.1",
                "::ffff:c0a8:1",
                "fc00::1",
                "fd12:3456::1",
                "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "fec0::1",
                // Link-local, and where clouds keep their metadata.
                "169.254.0.0",
                "169.254.169.254",
                "169.254.255.255",
                "::ffff:169.254.169.254",
                "fe80::1",
                "febf:ffff::1",
                "fd00:ec2::254",
                "100.100.100.200",
                // Behind a carrier's translator.
                "100.64.0.0",
                "100.127.255.255",
                // Protocol assignments, relays, benchmarks, documentation.
                "192.0.0.0",
                "192.0.0.255",
                "192.0.2.1",
                "192.88.99.1",
                "198.18.0.0",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "2001:db8::1",
                "3fff::1",
                "3fff:fff:ffff::1",
                "100::1",
                // Multicast, reserved, broadcast.
                "224.0.0.0",
                "239.255.255.255",
                "240.0.0.0",
                "255.255.255.255",
                "ff02::1",
                "ff0e::1",
                // Tunnels and translators to something that is not public.
                "2002:7f00:1::",
                "2002:a00:1::",
                "2002:a9fe:a9fe::",
                "64:ff9b::127.0.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b::169.254.169.254",
                "2001::1",
                "2001:1ff:ffff::1",
                // The prefix of a site's own translator: what is behind it is the site's own affair.
                "64:ff9b:1::8.8.8.8",
                "64:ff9b:1:a00:0:100:808:808",
                "64:ff9b:0:1::8.8.8.8",
                // Not routed.
                "5f00::1",
                "4000::1",
                "1fff::1"
            })
    void what_is_not_on_the_public_internet_is_not_public(String address) throws UnknownHostException {
        assertThat(PublicAddress.isPublic(InetAddress.getByName(address))).isFalse();
    }

    /** Most of them border on a range above. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.0",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.0.3.0",
                "192.88.98.255",
                "192.88.100.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "198.51.99.255",
                "198.51.101.0",
                "203.0.112.255",
                "203.0.114.0",
                "223.255.255.255",
                "::ffff:8.8.8.8",
                "2000::1",
                "2001:200::1",
                "2001:db7:ffff::1",
                "2001:db9::1",
                "2002:808:808::",
                "2606:4700:4700::1111",
                "2a00:1450:4001::8a",
                "3ffe:ffff::1",
                "3fff:1000::1",
                "64:ff9b::8.8.8.8"
            })
    void what_is_on_the_public_internet_is_public(String address) throws UnknownHostException {
        assertThat(PublicAddress.isPublic(InetAddress.getByName(address))).isTrue();
    }
}
