package io.deeptrain.api.adapter.http;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Tells addresses of the public internet from all others, which strangers must not reach through this service. */
final class PublicAddress {
    private static final int IPV4_LENGTH = 4;

    private PublicAddress() {}

    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        return switch (address) {
            case Inet4Address four -> isPublic4(four.getAddress());
            case Inet6Address six -> isPublic6(six.getAddress());
            default -> false;
        };
    }

    private static boolean isPublic4(byte[] bytes) {
        int first = bytes[0] & 0xFF;
        int second = bytes[1] & 0xFF;
        int third = bytes[2] & 0xFF;
        boolean thisNetwork = first == 0;
        boolean carrierShared = first == 100 && second >= 64 && second < 128;
        boolean protocolAssignments = first == 192 && second == 0 && (third == 0 || third == 2);
        boolean relay = first == 192 && second == 88 && third == 99;
        boolean benchmarking = first == 198 && (second == 18 || second == 19);
        boolean documentation =
                (first == 198 && second == 51 && third == 100) || (first == 203 && second == 0 && third == 113);
        boolean reserved = first >= 240;
        return !(thisNetwork
                || carrierShared
                || protocolAssignments
                || relay
                || benchmarking
                || documentation
                || reserved);
    }

    /** Only 2000::/3 is routed; what wraps an IPv4 address is judged by that address. */
    private static boolean isPublic6(byte[] bytes) {
        int first = ((bytes[0] & 0xFF) << 8) | (bytes[1] & 0xFF);
        int second = ((bytes[2] & 0xFF) << 8) | (bytes[3] & 0xFF);
        if (first == 0x2002) {
            return wrapsPublic4(bytes, 2);
        }
        if (first == 0x0064 && second == 0xFF9B) {
            // Only the well-known prefix of 96 bits leads to the internet; the others are of a site's own translators.
            return IntStream.range(4, 12).allMatch(i -> bytes[i] == 0) && wrapsPublic4(bytes, 12);
        }
        boolean teredoAndOther = first == 0x2001 && second < 0x0200;
        boolean documentation = (first == 0x2001 && second == 0x0DB8) || (first == 0x3FFF && second < 0x1000);
        return (first & 0xE000) == 0x2000 && !teredoAndOther && !documentation;
    }

    private static boolean wrapsPublic4(byte[] bytes, int at) {
        try {
            return isPublic(InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + IPV4_LENGTH)));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }
}
